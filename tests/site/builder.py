"""Sphinx, imported once: each line of standard input is one build, in a process that is forked for it.

A build of a small site takes longer to import Sphinx and myst-nb than to build. What runs is what ``python -m sphinx``
runs; only the imports are shared.
"""

import json
import os
import sys
import traceback

import myst_nb.sphinx_ext
import sphinx.builders.html
from sphinx.cmd.build import main

assert myst_nb.sphinx_ext  # these two are imported for every build to come
assert sphinx.builders.html


def build(folder: str, environment: dict[str, str], options: list[str], printed: str) -> int:
    """Build in this process and return Sphinx's code; everything printed goes to a file."""
    output = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)  # what the interpreter does when it starts
    try:
        return main(options)
    except BaseException:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            code = build(**json.loads(line))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
