"""Which backend runs which file.

To add one: write a private module with ``open_model`` and add a function to `OPENERS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..architecture import CLASSES, IMAGE_SHAPE
from ..errors import UserError

Float32 = NDArray[np.float32]

INPUT = ("batch", *IMAGE_SHAPE)
OUTPUT = ("batch", len(CLASSES))


class Run(Protocol):
    """What a backend does with one batch."""

    def __call__(self, images: Float32, /) -> Float32:
        """Return the probabilities ``[N, 10]`` of the images ``[N, 32, 32, 3]``, both float32."""
        ...  # a protocol has no body


@dataclass(frozen=True)
class Runner:
    """A loaded model, ready to run.

    Attributes
    ----------
    backend
        ``"keras"``, ``"onnxruntime"``, ``"pytorch"`` or ``"tflite"``.
    version
        The version of the runtime that computes.
    run
        Maps float32 images ``[N, 32, 32, 3]`` with pixels 0 to 255 to float32 probabilities ``[N, 10]``.
    options
        Whatever was set that can change the numbers, for the record.
    """

    backend: str
    version: str
    run: Run
    options: Mapping[str, str] = field(default_factory=dict)


def _keras(path: Path) -> Runner:
    from ._keras import open_model

    return open_model(path)


def _onnxruntime(path: Path) -> Runner:
    from ._onnxruntime import open_model

    return open_model(path)


def _pytorch(path: Path) -> Runner:
    from ._pytorch import open_model

    return open_model(path)


def _tflite(path: Path) -> Runner:
    from ._tflite import open_model

    return open_model(path)


OPENERS: dict[str, Callable[[Path], Runner]] = {
    ".keras": _keras,
    ".onnx": _onnxruntime,
    ".pt": _pytorch,
    ".tflite": _tflite,
}
"""What opens a file, by the file's suffix. Each imports its framework when it is called, and not before."""


def open_model(path: Path) -> Runner:
    """Load a model with the backend that its suffix names.

    Raises
    ------
    UserError
        If the file is missing, its suffix belongs to no backend, it cannot be loaded, or it does not map float32
        ``[batch, 32, 32, 3]`` to ``[batch, 10]``.

    Examples
    --------
    >>> open_model(Path("pyproject.toml"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: pyproject.toml ends in .toml; expected .keras, .onnx, .pt or .tflite. Name ...
    """
    if path.suffix not in OPENERS:
        *most, last = OPENERS
        raise UserError(
            f"{path} ends in {path.suffix or 'no suffix'}", f"{', '.join(most)} or {last}", "Name a model's file."
        )
    if not path.is_file():
        raise UserError(f"{path} does not exist", "a model's file", "Make it first: nox -s build.")
    return OPENERS[path.suffix](path)


def corrupt(path: Path, format_name: str, error: Exception) -> UserError:
    """Return the error for a file that its backend cannot load."""
    lines = str(error).strip().splitlines()
    reason = lines[0] if lines else type(error).__name__
    return UserError(
        f"{path} cannot be loaded ({reason[:200]})",
        f"a whole {format_name}",
        "The file is damaged or of another format: delete it and build it again.",
    )


def wrong_shape(path: Path, which: str, found: object, expected: tuple[object, ...]) -> UserError:
    """Return the error for a model whose input or output is not ResNet8's."""
    return UserError(
        f"{path} has {which} {found}",
        "float32 (" + ", ".join(str(axis) for axis in expected) + ")",
        "Only models that map CIFAR-10 images to ten classes can be evaluated, with a batch axis of any length.",
    )
