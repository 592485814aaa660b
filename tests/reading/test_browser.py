"""The two wheels as a browser has them: no compiled half of onnx, LiteRT or protobuf, nothing but what is bundled."""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
import pytest
from google.protobuf import message

from resnet8doc.extract import read_operations
from resnet8doc.graph import Graph
from resnet8doc.reading.feeds import seeded
from resnet8doc.wasm._runtime import engine_wheel, reader_wheel

PROGRAM = """
import hashlib, json, os, random, sys
os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"
sys.path.append(sys.argv[1])
from google.protobuf.internal import api_implementation
import numpy as np
from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.reading import read_model
from resnet8doc.reading.feeds import seeded

def tensors(arrays):
    parts = [(name, str(array.dtype), array.shape, array.tobytes()) for name, array in sorted(arrays.items())]
    return hashlib.sha256(repr(parts).encode()).hexdigest()

EXACT = sys.argv[2:4]
found = {"protobuf": api_implementation.Type(), "models": {}, "refused": 0, "read": 0}
for path in sys.argv[2:]:
    content = open(path, "rb").read()
    operations, stored = read_model(content, path.rpartition("/")[2])
    graph = Graph.from_parts(operations, stored)
    run = graph.run(seeded(graph, 1)[0], "all")
    codes = {name: array for name, array in run.items() if array.dtype.kind in "iu"}
    found["models"][path] = [tensors(stored), tensors(codes if path in EXACT else {})]
    rng = random.Random(0)
    for _ in range(60):
        spoiled = bytearray(content)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(spoiled)) if rng.random() < 0.5 else rng.randrange(min(len(spoiled), 4000))
            spoiled[at] = rng.randrange(256)
        if rng.random() < 0.3:
            del spoiled[rng.randrange(len(spoiled)) :]
        try:
            Graph.from_parts(*read_model(bytes(spoiled), path.rpartition("/")[2]))
            found["read"] += 1
        except UserError:
            found["refused"] += 1
found["others"] = sorted(set(sys.modules) & {"onnx.onnx_cpp2py_export", "onnxruntime", "jsonschema", "onnx.helper"})
json.dump(found, sys.stdout)
"""


def digest(arrays: dict[str, npt.NDArray[Any]]) -> str:
    """Return the hash that the program makes of arrays."""
    parts = [(name, str(array.dtype), array.shape, array.tobytes()) for name, array in sorted(arrays.items())]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@pytest.mark.slow
def test_what_the_browser_has_reads_as_extract_does(artifact: Callable[[str], Path], tmp_path: Path) -> None:
    """In CPython, with protobuf's reader in Python: the same tensors, the same run; spoiled bytes are a sentence."""
    site = tmp_path / "site"
    for wheel in (engine_wheel(tmp_path / "cache"), reader_wheel(tmp_path / "cache")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    for module in (np, flatbuffers):
        folder = Path(str(module.__file__)).parent
        (site / folder.name).symlink_to(folder)
    (site / "google").mkdir()
    (site / "google" / "protobuf").symlink_to(Path(str(message.__file__)).parent)
    if (libs := Path(str(np.__file__)).parents[1] / "numpy.libs").is_dir():
        (site / "numpy.libs").symlink_to(libs)
    # Of the first two the run is compared too: they are codes throughout. The order of a float sum is the BLAS's own.
    names = ("resnet8_int8_qoperator.onnx", "resnet8_int8.tflite", "resnet8_int8.onnx", "resnet8_int4.onnx")
    paths = [artifact(f"models/{name}") for name in names]
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(site), *map(str, paths)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["protobuf"] == "python"
    assert found["others"] == []
    for path in paths:
        graph = Graph.from_parts(*read_operations(path))
        run = graph.run(seeded(graph, 1)[0], "all") if path in paths[:2] else {}
        codes = {name: array for name, array in run.items() if array.dtype.kind in "iu"}
        assert found["models"][str(path)] == [digest(read_operations(path)[1]), digest(codes)]
    assert found["refused"] > 20
    assert found["read"] > 20
