"""The figures of the main job: import, evaluator, warm and cold builds."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ..workspace import artifact, build_folder
from ._figure import Figure
from ._process import watch

FRAMEWORKS = ("tensorflow", "keras", "torch", "onnx", "onnxruntime", "matplotlib", "pandas")
GIGABYTE = 1e9


def importing() -> Iterator[Figure]:
    """Time ``import resnet8doc`` in a fresh process, beside ``import numpy``."""
    mine, peer = (statistics.median(_import_seconds(module) for _ in range(7)) for module in ("resnet8doc", "numpy"))
    code = f"import sys, resnet8doc; print([m for m in {FRAMEWORKS} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    yield Figure(
        "import resnet8doc",
        f"{mine:.2f} s, frameworks loaded: {loaded}",
        f"import numpy {peer:.2f} s",
        mine / peer,
        "0.3 s, none",
        mine <= 0.3 and loaded == "[]",
    )


def _import_seconds(module: str) -> float:
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def evaluating() -> Iterator[Figure]:
    """Time the evaluator beside a bare loop on the same batches."""
    from .. import dataset
    from ..evaluate import overhead

    ratio = overhead(artifact("models/resnet8_int8.onnx"), dataset.load("test").images)
    yield Figure("evaluator over a bare InferenceSession.run loop", f"{ratio:.3f}", "1", ratio, "1.10", ratio <= 1.10)


def warm_build() -> Iterator[Figure]:
    """Time a build in which nothing has changed, and one in which a page's prose has."""
    root = build_folder().parent
    command = [sys.executable, "-m", "nox", "-s", "build"]
    log = build_folder() / "logs" / "bench_build.log"
    watch(command, root, log)  # bring everything up to date first
    seconds, _ = watch(command, root, log)
    executed = "0 stages executed" in log.read_text()
    yield Figure("nox -s build, nothing changed", f"{seconds:.1f} s", "", None, "20 s", executed and seconds <= 20)
    page = root / "docs" / "data" / "index.md"
    original = page.read_text(encoding="utf-8")
    try:
        page.write_text(original + f"\nEdited at {time.time()} to time the build.\n", encoding="utf-8")
        seconds, _ = watch(command, root, log)
    finally:
        page.write_text(original, encoding="utf-8")
    watch(command, root, log)
    yield Figure("nox -s build, one page's prose edited", f"{seconds:.1f} s", "", None, "30 s", seconds <= 30)


def cold_build() -> Iterator[Figure]:
    """Time the README's first command on a fresh clone with an empty cache, and watch its memory."""
    root = build_folder().parent
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(root), str(clone)], check=True)
        subprocess.run([sys.executable, "-m", "venv", str(Path(folder) / "venv")], check=True)
        python = Path(folder) / "venv" / "bin" / "python"
        first = f"{python} -m pip install --quiet nox && {python} -m nox -s build"
        variables = {"RESNET8DOC_CACHE": str(Path(folder) / "cache"), "RESNET8DOC_BUILD": str(clone / "build")}
        seconds, peak = watch(["sh", "-c", first], clone, build_folder() / "logs" / "bench_cold.log", variables)
    yield Figure(
        "cold nox -s build, fresh clone, all downloads", f"{seconds / 60:.1f} min", "", None, "10 min", seconds <= 600
    )
    yield Figure("memory of the build, peak", f"{peak / GIGABYTE:.2f} GB", "", None, "6 GB", peak <= 6 * GIGABYTE)
