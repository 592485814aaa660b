"""ONNX Runtime with every tensor laid open."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper

from ..errors import UserError

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


Feeds = Array | Mapping[str, Array]


class _Fed:
    """A session, and what it is fed: an array for a model of one input, else arrays by name."""

    def __init__(self, model: bytes | str, level: str, threads: int, settings: Mapping[str, str] | None = None) -> None:
        options = session_options(level, threads)
        for key, value in (settings or {}).items():
            options.add_session_config_entry(key, value)
        try:
            self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises a dozen types of its own that have no base but this
            raise UserError(
                f"ONNX Runtime refuses the model at {level} ({_reason(error)})", "a model that it runs",
                "Convert it to operators and an opset that this release of ONNX Runtime has.",
            ) from error  # fmt: skip
        self.types = {entry.name: entry.type for entry in self.session.get_inputs()}
        self.names = [entry.name for entry in self.session.get_outputs() if entry.type.startswith("tensor(")]

    def fed(self, feeds: Feeds) -> dict[str, Array]:
        """Return the inputs by name; pixels become real numbers where the model wants those."""
        if not isinstance(feeds, Mapping):
            feeds = {next(iter(self.types)): feeds}
        real = {name for name, kind in self.types.items() if kind == "tensor(float)"}
        return {
            name: np.ascontiguousarray(array, np.float32) if name in real else np.ascontiguousarray(array)
            for name, array in feeds.items()
        }

    def outputs(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Return every output by its name."""
        try:
            return dict(zip(self.names, self.session.run(self.names, dict(feeds)), strict=True))
        except Exception as error:  # as above
            given = ", ".join(f"{name} {array.dtype} {list(array.shape)}" for name, array in feeds.items())
            raise UserError(
                f"ONNX Runtime refuses the inputs {given} ({_reason(error)})", "inputs as the model has them",
                "Give others with --input, or lengths for free axes with --shape.",
            ) from error  # fmt: skip


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__


class Probe(_Fed):
    """A model whose every tensor is an output, run as it stands (``ORT_DISABLE_ALL``)."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        model = onnx.load(path)
        given = {entry.name for entry in model.graph.output}
        for node in model.graph.node:
            hidden = [name for name in node.output if name and name not in given]
            model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in hidden)
        super().__init__(model.SerializeToString(), "ORT_DISABLE_ALL", threads)
        self.shapes = {entry.name: list(entry.shape) for entry in self.session.get_outputs()}

    def run(self, feeds: Feeds) -> dict[str, Array]:
        """Return every tensor by its name, the inputs included."""
        fed = self.fed(feeds)
        return {**fed, **self.outputs(fed)}


class Session(_Fed):
    """A model as a user runs it, at one level of optimisation."""

    def __init__(self, path: Path, level: str, threads: int = 2, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(str(path), level, threads, settings)

    def run(self, feeds: Feeds) -> dict[str, Array]:
        """Return every output by its name."""
        return self.outputs(self.fed(feeds))
