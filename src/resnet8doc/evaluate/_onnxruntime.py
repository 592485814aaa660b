"""Runs ``.onnx`` files with ONNX Runtime on the CPU."""

import os
from pathlib import Path

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as state

from ._runners import INPUT, OUTPUT, Float32, Runner, corrupt, wrong_shape


def _threads() -> int:
    """Return the number of threads that ``OMP_NUM_THREADS`` allows, or 0, for one a core."""
    stated = os.environ.get("OMP_NUM_THREADS", "")
    return int(stated) if stated.isdecimal() else 0


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open a session on the CPU that gives the same numbers whatever the number of threads.

    Threads that wait give up their core instead of spinning: with other work on the same two cores, that took the int8
    QOperator model from 22 s to 12 s. Where ``OMP_NUM_THREADS`` shares the cores among processes, as the pipeline has
    it, that many are started: two of one process that take turns with another's cost a tenth more.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _threads()
    options.use_deterministic_compute = True
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors; a quantized graph warns about every initializer that fusion drops
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except (state.Fail, state.InvalidGraph, state.InvalidProtobuf, state.InvalidArgument, state.NotImplemented,
            state.NoSuchFile, state.RuntimeException) as error:  # fmt: skip
        raise corrupt(path, "ONNX model", error) from error


def open_model(path: Path) -> Runner:
    """Load an ONNX model; its input and output are checked against ResNet8's."""
    session = open_session(path)
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or not _is(inputs[0], INPUT):
        raise wrong_shape(path, "input", [f"{i.type} {i.shape}" for i in inputs], INPUT)
    if len(outputs) != 1 or not _is(outputs[0], OUTPUT):
        raise wrong_shape(path, "output", [f"{o.type} {o.shape}" for o in outputs], OUTPUT)
    level = session.get_session_options().graph_optimization_level
    names, feed = [outputs[0].name], inputs[0].name

    def run(images: Float32) -> Float32:
        result: Float32 = session.run(names, {feed: images})[0]
        return result

    return Runner(
        "onnxruntime",
        onnxruntime.__version__,
        run,
        {"provider": "CPUExecutionProvider", "graph_optimization_level": level.name},
    )


def _is(value: onnxruntime.NodeArg, shape: tuple[object, ...]) -> bool:
    """Tell whether a graph's input or output is float32 of that shape, the batch axis free."""
    free = not isinstance(value.shape[0], int) if value.shape else False
    return value.type == "tensor(float)" and free and tuple(value.shape[1:]) == shape[1:]
