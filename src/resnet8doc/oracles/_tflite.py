"""TensorFlow Lite's interpreters, every tensor kept: three kernel sets of LiteRT, and that of microcontrollers."""

import importlib.metadata
import warnings
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tflite_micro import runtime as micro

from ..errors import UserError

Array = npt.NDArray[Any]

RESOLVERS = {
    "tflite_reference": OpResolverType.BUILTIN_REF,
    "tflite_builtin": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    "xnnpack": OpResolverType.BUILTIN,
}
"""LiteRT's name of each of its kernel sets."""

KERNELS = (*RESOLVERS, "tflite_micro")
"""The kernel sets that can be asked, by the names of `resnet8doc.runtimes`."""

ARENA = 4 << 20
"""Bytes that the interpreter for microcontrollers gets; MLPerf Tiny's networks, every tensor kept, need a quarter."""


class Interpreted(Protocol):
    """A file in an interpreter."""

    def run(self, feeds: Mapping[int, Array]) -> None:
        """Compute every tensor from the file's inputs, by their indices."""
        ...  # a protocol has no body

    def tensor(self, index: int) -> Array:
        """Return a copy of a tensor of the last run."""
        ...  # likewise


def interpret(content: bytes, kernels: str, batch: int | None = None) -> Interpreted:
    """Load a TensorFlow Lite file.

    Parameters
    ----------
    content
        The file's bytes.
    kernels
        One of `KERNELS`.
    batch
        The length of the inputs' first axis, if not the file's own. The interpreter for microcontrollers takes no
        other.

    Raises
    ------
    UserError
        If the interpreter refuses the file, or another batch.
    """
    if kernels not in KERNELS:
        raise UserError(f"there are no kernels {kernels!r}", ", ".join(KERNELS), "Choose one of these.")
    try:
        return _Micro(content) if kernels == "tflite_micro" else _LiteRT(content, RESOLVERS[kernels], batch)
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[-1][:200]
        raise UserError(
            f"{kernels} refuses the file ({reason})", "a file that it can run", "Choose other kernels."
        ) from error


def version(kernels: str) -> str:
    """Return what is asked, and its version: ``LiteRT 2.3.0``.

    Examples
    --------
    >>> version("xnnpack").split()[0], version("tflite_micro").split()[0]
    ('LiteRT', 'tflite-micro')
    """
    name, package = ("tflite-micro",) * 2 if kernels == "tflite_micro" else ("LiteRT", "ai-edge-litert")
    return f"{name} {importlib.metadata.version(package)}"


class NotKeptError(UserError):
    """A runtime leaves out what nothing reads: XNNPACK does so with an output of SPLIT."""


def _invoked(interpreter: Any) -> None:
    """Run what is loaded; kernels may find out only now that they do not have an operator for its types or numbers."""
    try:
        interpreter.invoke()
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1][:200]
        raise UserError(
            f"the kernels stop ({reason})", "operators and numbers that they have", "Choose other kernels."
        ) from error


class _LiteRT:
    def __init__(self, content: bytes, resolver: OpResolverType, batch: int | None) -> None:
        with warnings.catch_warnings():
            # Keeping every tensor beside XNNPACK is meant for debugging, it says; that is what this is.
            warnings.filterwarnings("ignore", "Warning: Enabling `experimental_preserve_all_tensors`", UserWarning)
            self._interpreter = Interpreter(
                model_content=content, num_threads=1, experimental_op_resolver_type=resolver,
                experimental_preserve_all_tensors=True,
            )  # fmt: skip
        for entry in self._interpreter.get_input_details() if batch else ():
            self._interpreter.resize_tensor_input(entry["index"], [batch, *entry["shape"][1:]])
        self._interpreter.allocate_tensors()

    def run(self, feeds: Mapping[int, Array]) -> None:
        for index, values in feeds.items():
            self._interpreter.set_tensor(index, np.ascontiguousarray(values))
        _invoked(self._interpreter)

    def tensor(self, index: int) -> Array:
        try:
            return np.asarray(self._interpreter.get_tensor(index))
        except ValueError as error:
            raise NotKeptError(
                f"tensor {index} was not computed ({error})", "a tensor that an operator reads", "Compare the others."
            ) from error


class _Micro:
    def __init__(self, content: bytes) -> None:
        keep = micro.InterpreterConfig.kPreserveAllTensors
        self._interpreter = micro.Interpreter.from_bytes(content, arena_size=ARENA, intrepreter_config=keep)

    def run(self, feeds: Mapping[int, Array]) -> None:
        for position, values in enumerate(feeds.values()):  # it knows its inputs by their order
            self._interpreter.set_input(np.ascontiguousarray(values), position)
        _invoked(self._interpreter)

    def tensor(self, index: int) -> Array:
        return np.array(self._interpreter.GetTensor(index, 0)["tensor_data"])
