"""A model file, by its ending."""

from hashlib import sha256
from typing import Any

import numpy.typing as npt

from ..errors import UserError
from . import onnx, tflite

Array = npt.NDArray[Any]

MODELS = (".onnx", ".tflite")
"""Endings of the files that are read."""


def read_model(content: bytes, file: str) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return an extraction's JSON (without the name of its tensors' file) and its tensors, of a file's bytes alone.

    What :func:`resnet8doc.extract.extract` writes, except that types and shapes of an ONNX model's inner tensors are
    not known: ONNX Runtime infers them at the desk. The engine finds them when it runs.

    Parameters
    ----------
    content
        The file.
    file
        Its name, whose ending says what it is.

    Raises
    ------
    UserError
        If it is no model, or one that cannot be read: see :func:`resnet8doc.extract.extract`.

    Examples
    --------
    >>> read_model(b"", "notes.txt")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: notes.txt ends in neither .onnx nor .tflite; expected a model. ...
    """
    if file.lower().endswith(".tflite"):
        reading = tflite.read_content(content, file)
        return reading.operations, reading.tensors
    if file.lower().endswith(".onnx"):
        return onnx.read(onnx.parse(content, file), file, sha256(content).hexdigest())
    raise UserError(f"{file} ends in neither .onnx nor .tflite", "a model", "Give a file of one of the two kinds.")
