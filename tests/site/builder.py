"""Sphinx and ipykernel, imported once: each line of standard input is one build, in a process that is forked for it.

To import Sphinx and myst-nb takes longer than to build a small site, and to import ipykernel longer than to run a cell.
What runs is what ``python -m sphinx`` and ``python -m ipykernel_launcher`` run; shared are only the imports, what the
installed distributions offer, and the theme's templates, compiled; none of these is the small site's. A kernel too is
a process of its own.
"""

import gc
import importlib.metadata
import inspect
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import importlib_metadata

for library in (importlib.metadata, importlib_metadata):
    # A build asks several times for what all installed distributions offer; asked once, before others take the name.
    vars(library)["entry_points"] = library.entry_points().select

for name in (
    *import_module("sphinx.application").builtin_extensions, "sphinx.cmd.build", "sphinx.builders.html",
    "sphinx.jinja2glue", "myst_nb.sphinx_ext", "myst_nb.core.lexers", "myst_nb.ext.execution_tables",
    "myst_nb.ext.glue.domain", "myst_parser.sphinx_ext.mathjax", "jupyter_cache", "sqlalchemy.dialects.sqlite",
    "sqlite3", "grimp", "psutil", "xml.dom.minidom", "jupyter_client.provisioning.local_provisioner",
    "ipykernel.kernelspec", "ipykernel.kernelapp", "ipykernel.debugger", "IPython.core.debugger",
    "IPython.extensions.storemagic", "stack_data", "argcomplete", "tornado.platform.asyncio",
):  # fmt: skip
    import_module(name)  # what builds and kernels import, were they not forked
for minor in (4, 5):
    import_module("nbformat.validator").get_validator(4, minor)  # compiles what checks notebooks
import_module("IPython.lib.lexers").IPython3Lexer()  # and what colours cells
inspect.getmodule(compile("", "", "exec"))  # notes where each module lies, as a traceback does
gc.collect()
gc.freeze()  # no build looks for garbage among all these

ASK = """
import json, os, signal, socket, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    socket.send_fds(server, [b"!"], [1, 2])
    server.sendall(json.dumps([os.getcwd(), dict(os.environ), sys.argv[2]]).encode())
    server.shutdown(socket.SHUT_WR)
    server.recv(1)
"""
"""The program that Jupyter starts: it asks for a kernel, and ends when that ends."""


def share_templates(folder: str) -> None:
    """Compile each text of a template once for all builds."""
    glue: Any = import_module("sphinx.jinja2glue")
    kept = import_module("jinja2").FileSystemBytecodeCache(folder)
    glue.SandboxedEnvironment = partial(glue.SandboxedEnvironment, bytecode_cache=kept)


def build(folder: str, environment: dict[str, str], options: list[str], printed: str, jupyter: str) -> int:
    """Build in this process and return Sphinx's code; everything printed goes to a file."""
    output = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    become(folder, {**environment, "JUPYTER_PATH": jupyter})
    try:
        return int(import_module("sphinx.cmd.build").main(options))
    except BaseException:
        traceback.print_exc()
        return 1


def become(folder: str, environment: dict[str, str]) -> None:
    """Do what the interpreter does when it starts."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)


def serve(jupyter: Path) -> None:
    """Fork kernels, which the kernelspec ``python3`` in a folder asks for, until the builder ends."""
    builder = os.getppid()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(jupyter / "socket"))
        listening.listen()
        listening.settimeout(1)
        specify(jupyter, [sys.executable, "-I", "-S", "-c", ASK, str(jupyter / "socket"), "{connection_file}"])
        while os.getppid() == builder:
            with suppress(ChildProcessError):  # none is left
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            with suppress(TimeoutError):
                connection, _ = listening.accept()
                if not os.fork():
                    kernel(connection)
                connection.close()


def specify(jupyter: Path, command: list[str]) -> None:
    """Write the kernelspec."""
    place = jupyter / "kernels" / "python3"
    place.mkdir(parents=True)
    spec = {"argv": command, "display_name": "Python 3", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def kernel(asker: socket.socket) -> None:
    """Be the kernel: the asker's folder and environment, its output, and nothing from its input."""
    from ipykernel.kernelapp import launch_new_instance

    try:
        _, outputs, _, _ = socket.recv_fds(asker, 1, 2)
        for number, output in enumerate(outputs, start=1):
            os.dup2(output, number)
        folder, environment, connection = json.load(asker.makefile())
        become(folder, environment)
        launch_new_instance(["-f", connection, f"--IPKernelApp.parent_handle={os.getppid()}"])
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        share_templates(tempfile.mkdtemp(dir=folder))
        server = os.fork()
        if not server:
            serve(Path(folder))
            os._exit(0)
        for line in sys.stdin:
            child = os.fork()
            if not child:
                code = build(**json.loads(line), jupyter=folder)
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        os.kill(server, signal.SIGTERM)
        os.waitpid(server, 0)
