"""The figures of the integer specification: the engine's speed and memory, the proof's time, the C's time."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

from ..pipeline.stages.prove import INTEGER as MODELS
from ..workspace import artifact
from ._figure import Figure

SLOWING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Some machines set these for older OpenBLAS builds; they hold a current one back."""
BATCH = 100
ALL = 10_000
ROUNDS = 9
"""How often what is compared takes turns: the fastest round counts."""

PREPARE = "import json, sys\nfrom pathlib import Path\nfrom resnet8doc import dataset\n"
SPEED = """
from resnet8doc.proof import measure_speed
print(json.dumps(measure_speed(*sys.argv[1:3], dataset.load("test").images[:100], rounds=int(sys.argv[3]))))
"""
MEMORY = """
import tracemalloc
from resnet8doc.graph import load
images, graph = dataset.load("test").images[:100].copy(), load(sys.argv[1])
tracemalloc.start()  # numpy reports its arrays to it; the process's own peak lies before, where the data set is loaded
kept = graph.run(images, "all")
peak = tracemalloc.get_traced_memory()[1]
print(json.dumps({"peak": peak / 1e6, "kept": sum(value.nbytes for value in kept.values()) / 1e6}))
"""
PROOF = """
from resnet8doc.proof import prove
found = prove(sys.argv[1], dataset.load("test").images[:int(sys.argv[2])], progress=False)
print(json.dumps({"seconds": found["seconds"], **found["totals"]}))
"""
C = """
import tempfile
from resnet8doc.graph import load
from resnet8doc.hardware.c import equality
test = dataset.load("test")
with tempfile.TemporaryDirectory() as folder:
    found = equality(load(sys.argv[1]), test.images, test.labels, Path(folder), progress=False)
print(json.dumps({key: found[key] for key in ("images", "mismatches", "seconds_per_image")}))
"""
C_AND_MICRO = """
import os, tempfile, time
import numpy as np
from tflite_micro import runtime as micro
from resnet8doc.extract import load, own_runtime
from resnet8doc.hardware.c import build, run
path, images = Path(sys.argv[1]), dataset.load("test").images[:int(sys.argv[2])]
graph, interpreter = load(path).with_runtime(own_runtime(path)), micro.Interpreter.from_file(str(path))
real = images.astype(np.float32)


def theirs():
    started = time.process_time()
    for image in real:
        interpreter.set_input(image[None], 0)
        interpreter.invoke()
    return time.process_time() - started


def ours(program):
    before = os.times()
    run(program, graph, images)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


with tempfile.TemporaryDirectory() as folder:
    program = build(graph, Path(folder))
    turns = [(ours(program), theirs()) for _ in range(5)]
mine, peer = (1000 * sorted(turn[which] for turn in turns)[2] / len(images) for which in (0, 1))
print(json.dumps({"c_ms": mine, "micro_ms": peer}))
"""
TFLITE = """
import time
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from resnet8doc.extract import load
path, images = Path(sys.argv[1]), dataset.load("test").images[:int(sys.argv[2])]
graph, real = load(path).with_runtime("tflite_reference"), images.astype(np.float32)
reference = Interpreter(str(path), num_threads=1, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
fed = reference.get_input_details()[0]
reference.resize_tensor_input(fed["index"], [len(real), *fed["shape"][1:]])
reference.allocate_tensors()


def theirs():
    reference.set_tensor(fed["index"], real)
    reference.invoke()


best = {}
for _ in range(int(sys.argv[3])):
    for name, run in (("engine", lambda: graph.run(real)), ("reference", theirs)):
        run()  # does not count: what the other left of caches is not what is measured
        started = time.process_time()
        run()
        best[name] = min(best.get(name, 1e9), (time.process_time() - started) / len(real) * 1000)
(ours,) = graph.run(real).values()
same = np.array_equal(ours, reference.get_tensor(reference.get_output_details()[0]["index"]))
print(json.dumps({"engine_ms": best["engine"], "reference_ms": best["reference"], "same": same}))
"""


def _measured(code: str, *arguments: object, variables: Mapping[str, str] | None = None) -> dict[str, float]:
    """Run code in a process of its own, so that memory and threads are its own, and return the JSON that it prints."""
    command = [sys.executable, "-c", PREPARE + code, *map(str, arguments)]
    environment = {key: value for key, value in os.environ.items() if key not in SLOWING}
    said = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**environment, **(variables or {})}
    ).stdout
    found: dict[str, float] = json.loads(said)
    return found


def engine() -> Iterator[Figure]:
    """Time engine, ONNX Runtime and ReferenceEvaluator, taking turns on one thread; then the engine's memory."""
    models = artifact(f"models/{MODELS[0]}.onnx"), artifact("models/resnet8_int8.onnx")
    found = _measured(SPEED, *models, ROUNDS, variables={"OPENBLAS_NUM_THREADS": "1"})
    mine = f"{found['engine_ms']:.2f} ms"
    ratio, times = found["engine_to_onnxruntime"], found["reference_to_engine"]
    yield Figure(
        f"engine, int8 per channel, one thread, batch {BATCH}, an image",
        mine, f"ONNX Runtime, QOperator {found['onnxruntime_ms']:.2f} ms", ratio, "0.8", ratio <= 0.8,
    )  # fmt: skip
    yield Figure(
        "the same", mine, f"ReferenceEvaluator {found['reference_ms']:.2f} ms", 1 / times, "0.20 (5 times faster)",
        times >= 5,
    )  # fmt: skip
    operations = artifact(f"models/{MODELS[0]}_operations.json")
    memory = _measured(MEMORY, operations)
    yield Figure(
        f"memory of the engine, batch {BATCH}, all tensors kept", f"{memory['peak']:.0f} MB",
        f"the tensors themselves {memory['kept']:.0f} MB", memory["peak"] / memory["kept"], "500 MB",
        memory["peak"] <= 500,
    )  # fmt: skip


def tflite() -> Iterator[Figure]:
    """Time the engine in the arithmetic of TensorFlow Lite's reference kernels, and these, taking turns."""
    model = artifact("models/resnet8_int8.tflite")
    found = _measured(TFLITE, model, BATCH, ROUNDS, variables={"OPENBLAS_NUM_THREADS": "1"})
    ratio, same = found["engine_ms"] / found["reference_ms"], "the same bytes" if found["same"] else "OTHER BYTES"
    yield Figure(
        f"engine, TensorFlow Lite's arithmetic, one thread, batch {BATCH}, an image, {same}",
        f"{found['engine_ms']:.2f} ms", f"reference kernels {found['reference_ms']:.2f} ms", ratio, "0.15",
        ratio <= 0.15 and bool(found["same"]),
    )  # fmt: skip


def proof() -> Iterator[Figure]:
    """Time the proof of one model on 1,000 images."""
    found = _measured(PROOF, artifact(f"models/{MODELS[0]}.onnx"), 1000)
    yield Figure(
        f"proof, 1,000 images, one model, {found['local_mismatches'] + found['end_to_end_mismatches']} mismatches",
        f"{found['seconds']:.0f} s", "", None, "20 s", found["seconds"] <= 20,
    )  # fmt: skip


def whole_proof() -> Iterator[Figure]:
    """Time the proof of four models on all test images; takes many minutes."""
    found = [_measured(PROOF, artifact(f"models/{model}.onnx"), ALL) for model in MODELS]
    minutes = sum(entry["seconds"] for entry in found) / 60
    wrong = sum(entry["local_mismatches"] + entry["end_to_end_mismatches"] for entry in found)
    yield Figure(
        f"proof, {ALL:,} images, {len(MODELS)} models, {wrong} mismatches", f"{minutes:.1f} min", "", None, "15 min",
        minutes <= 15,
    )  # fmt: skip


def c() -> Iterator[Figure]:
    """Time the generated C on all test images, after holding every byte of it against the engine."""
    found = _measured(C, artifact(f"models/{MODELS[0]}_operations.json"))
    minutes = found["seconds_per_image"] * ALL / 60
    yield Figure(
        f"C, -O2, one core, {found['images']:,} images, {found['mismatches']} mismatches", f"{minutes:.1f} min", "",
        None, "3 min", minutes <= 3,
    )  # fmt: skip


def c_and_micro() -> Iterator[Figure]:
    """Time the C of our TensorFlow Lite file and TensorFlow Lite Micro's reference kernels, taking turns."""
    found = _measured(C_AND_MICRO, artifact("models/resnet8_int8.tflite"), 200)
    ratio = found["c_ms"] / found["micro_ms"]
    yield Figure(
        "C in TensorFlow Lite Micro's arithmetic, -O2, one core, an image", f"{found['c_ms']:.1f} ms",
        f"TensorFlow Lite Micro {found['micro_ms']:.1f} ms", ratio, "0.5", ratio <= 0.5,
    )  # fmt: skip
