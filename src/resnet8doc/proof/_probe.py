"""ONNX Runtime with every tensor laid open."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper

Array = npt.NDArray[Any]

LEVELS = {
    "ORT_DISABLE_ALL": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "ORT_ENABLE_BASIC": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "ORT_ENABLE_EXTENDED": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "ORT_ENABLE_ALL": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
}


def session_options(level: str, threads: int) -> onnxruntime.SessionOptions:
    """Return options that change nothing but the level of optimisation and the number of threads."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = LEVELS[level]
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the engine needs the cores too
    options.log_severity_level = 3
    return options


class Probe:
    """A model whose every tensor is an output, run as it stands (``ORT_DISABLE_ALL``)."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        model = onnx.load(path)
        given = {entry.name for entry in model.graph.output}
        for node in model.graph.node:
            hidden = [name for name in node.output if name and name not in given]
            model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in hidden)
        options = session_options("ORT_DISABLE_ALL", threads)
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.input = self.session.get_inputs()[0].name
        self.names = [entry.name for entry in self.session.get_outputs()]
        self.shapes = {entry.name: list(entry.shape) for entry in self.session.get_outputs()}

    def run(self, images: Array) -> dict[str, Array]:
        """Return every tensor by its name, the input included."""
        fed = np.ascontiguousarray(images, dtype=np.float32)
        return {self.input: fed, **dict(zip(self.names, self.session.run(self.names, {self.input: fed}), strict=True))}


class Session:
    """A model as a user runs it, at one level of optimisation; the last output alone."""

    def __init__(self, path: Path, level: str, threads: int = 2) -> None:
        options = session_options(level, threads)
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name

    def run(self, images: Array) -> Array:
        """Return the first output."""
        fed = np.ascontiguousarray(images, dtype=np.float32)
        return np.asarray(self.session.run(None, {self.input: fed})[0])


def optimised(path: Path, target: Path, level: str = "ORT_ENABLE_EXTENDED") -> Path:
    """Write the graph that ONNX Runtime makes of a model at one level of optimisation.

    ``ORT_ENABLE_EXTENDED`` fuses; ``ORT_ENABLE_ALL`` also turns images to channels last, which changes no number.
    """
    options = session_options(level, 1)
    options.optimized_model_filepath = str(target)
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return target
