"""Sequences of tensors: made, taken apart, put together.

A sequence is an array of one axis whose elements are arrays: so a graph carries it as it carries any other value.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def sequence(parts: Any) -> Array:
    """Return a sequence of tensors.

    Examples
    --------
    >>> sequence([np.array([1]), np.array([2, 3])]).shape
    (2,)
    """
    listed = list(parts)
    kinds = sorted({str(part.dtype) for part in listed})
    if len(kinds) > 1:
        raise UserError(f"the tensors of a sequence are {', '.join(kinds)}", "one type", "Cast them before.")
    held = np.empty(len(listed), object)
    for number, part in enumerate(listed):
        held[number] = part
    return held


def is_sequence(value: Array) -> bool:
    """Return whether a value is a sequence of tensors.

    Examples
    --------
    >>> is_sequence(sequence([])), is_sequence(np.array([None]))
    (True, False)
    """
    return (
        value.dtype == object
        and value.ndim == 1
        and all(isinstance(part, np.ndarray) and part.dtype != object for part in value)
    )


def sequence_construct(*inputs: Array) -> Array:
    """Return a sequence of tensors.

    Source: ONNX, `SequenceConstruct <https://onnx.ai/onnx/operators/onnx__SequenceConstruct.html>`__.

    Parameters
    ----------
    inputs
        Tensors of one type.

    Examples
    --------
    >>> sequence_length(sequence_construct(np.array([1]), np.array([2, 3])))
    array(2)
    """
    return sequence(inputs)


def sequence_empty(*, dtype: int = 1) -> Array:
    """Return a sequence without tensors.

    Source: ONNX, `SequenceEmpty <https://onnx.ai/onnx/operators/onnx__SequenceEmpty.html>`__.

    Parameters
    ----------
    dtype
        ONNX's number of the type of what will be inserted; not used.

    Examples
    --------
    >>> sequence_length(sequence_empty())
    array(0)
    """
    return sequence([])


def sequence_length(input_sequence: Array) -> Array:
    """Return how many tensors there are.

    Source: ONNX, `SequenceLength <https://onnx.ai/onnx/operators/onnx__SequenceLength.html>`__.

    Examples
    --------
    >>> sequence_length(sequence([np.array([1])]))
    array(1)
    """
    return np.array(len(_held(input_sequence)), np.int64)


def sequence_at(input_sequence: Array, position: Array) -> Array:
    """Return one tensor.

    Source: ONNX, `SequenceAt <https://onnx.ai/onnx/operators/onnx__SequenceAt.html>`__.

    Parameters
    ----------
    input_sequence
        The sequence.
    position
        int32 or int64, one number; below 0 it counts from the end.

    Raises
    ------
    UserError
        If there is no such tensor.

    Examples
    --------
    >>> sequence_at(sequence([np.array([1]), np.array([2, 3])]), np.array(-1))
    array([2, 3])
    """
    held = _held(input_sequence)
    return np.asarray(held[_place(position, len(held))])


def sequence_insert(input_sequence: Array, tensor: Array, position: Array | None = None) -> Array:
    """Return a sequence of one tensor more.

    Source: ONNX, `SequenceInsert <https://onnx.ai/onnx/operators/onnx__SequenceInsert.html>`__.

    Parameters
    ----------
    input_sequence
        The sequence.
    tensor
        Of the type of the others.
    position
        Before which one, as for SequenceAt; at the end without.

    Raises
    ------
    UserError
        If there is no such place, or the type is another.

    Examples
    --------
    >>> sequence_at(sequence_insert(sequence([np.array([1])]), np.array([2]), np.array(0)), np.array(0))
    array([2])
    """
    held = list(_held(input_sequence))
    held.insert(len(held) if position is None else _place(position, len(held)), tensor)
    return sequence(held)


def sequence_erase(input_sequence: Array, position: Array | None = None) -> Array:
    """Return a sequence of one tensor less.

    Source: ONNX, `SequenceErase <https://onnx.ai/onnx/operators/onnx__SequenceErase.html>`__.

    Parameters
    ----------
    input_sequence
        The sequence.
    position
        Which one, as for SequenceAt; the last one without.

    Raises
    ------
    UserError
        If there is no such tensor.

    Examples
    --------
    >>> sequence_length(sequence_erase(sequence([np.array([1])])))
    array(0)
    """
    held = list(_held(input_sequence))
    del held[_place(np.array(-1) if position is None else position, len(held))]
    return sequence(held)


def split_to_sequence(input: Array, split: Array | None = None, *, axis: int = 0, keepdims: int = 1) -> Array:
    """Return the parts of a tensor.

    Source: ONNX, `SplitToSequence <https://onnx.ai/onnx/operators/onnx__SplitToSequence.html>`__.

    Parameters
    ----------
    input
        Any tensor.
    split
        The length of all parts but a shorter last one, a scalar; or of each part, one axis; 1 without.
    axis
        Along which to cut.
    keepdims
        0: the parts have no such axis; all must be of length 1.

    Raises
    ------
    UserError
        If the lengths do not add up.

    Examples
    --------
    >>> [part.tolist() for part in split_to_sequence(np.array([1, 2, 3]), np.array(2))]
    [[1, 2], [3]]
    """
    if not -input.ndim <= axis < input.ndim:
        raise UserError(f"axis is {axis}", f"an axis of a tensor of {input.ndim}", "Correct axis.")
    length = input.shape[axis]
    each = np.ones(length, np.int64) if split is None else split.reshape(-1)
    if split is not None and split.ndim == 0 and each[0] > 0:
        each = np.minimum(each[0], length - np.arange(0, length, each[0]))
    if each.min(initial=0) < 0 or each.sum() != length:
        raise UserError(f"parts of {each.tolist()} on an axis of {length}", "parts that add up to it", "Correct split.")
    if not keepdims and (each != 1).any():
        raise UserError(
            f"keepdims is 0 and parts are {each.tolist()} long", "parts of length 1, or keepdims 1: ONNX Runtime drops "
            "the axis though the standard keeps it", "Export with keepdims 1.",
        )  # fmt: skip
    parts = np.split(input, np.cumsum(each)[:-1], axis) if each.size else []
    return sequence(part if keepdims else np.squeeze(part, axis) for part in parts)


def concat_from_sequence(input_sequence: Array, *, axis: int, new_axis: int = 0) -> Array:
    """Return all tensors side by side.

    Source: ONNX, `ConcatFromSequence <https://onnx.ai/onnx/operators/onnx__ConcatFromSequence.html>`__.

    Parameters
    ----------
    input_sequence
        The sequence.
    axis
        Along which.
    new_axis
        Whether it is an axis of its own.

    Raises
    ------
    UserError
        If there is no tensor, or their shapes do not fit.

    Examples
    --------
    >>> concat_from_sequence(sequence([np.array([1]), np.array([2, 3])]), axis=0)
    array([1, 2, 3])
    """
    held = list(_held(input_sequence))
    try:
        return np.stack(held, axis) if new_axis else np.concatenate(held, axis)
    except ValueError as error:
        shapes = ", ".join(str(list(part.shape)) for part in held[:3])
        raise UserError(
            f"{len(held)} tensors of shapes {shapes}", f"one or more that fit side by side along axis {axis}",
            "Correct axis, or what is inserted.",
        ) from error  # fmt: skip


def _held(value: Array) -> Array:
    if not is_sequence(value):
        raise UserError(f"a tensor {value.dtype} {list(value.shape)}", "a sequence", "Correct the node before.")
    return value


def _place(position: Array, count: int) -> int:
    place = int(position.reshape(-1)[0]) if position.size == 1 else count
    if not -count <= place < count:
        raise UserError(
            f"position is {position.tolist()} in a sequence of {count}", f"one of its {count} tensors",
            "Correct position.",
        )  # fmt: skip
    return place


CONSTRUCT = Operator("SequenceConstruct", "", sequence_construct, ("output_sequence",), (11,), "movement")
EMPTY = Operator("SequenceEmpty", "", sequence_empty, ("output",), (11,), "movement")
LENGTH = Operator("SequenceLength", "", sequence_length, ("length",), (11,), "movement")
AT = Operator("SequenceAt", "", sequence_at, ("tensor",), (11,), "movement")
INSERT = Operator("SequenceInsert", "", sequence_insert, ("output_sequence",), (11,), "movement")
ERASE = Operator("SequenceErase", "", sequence_erase, ("output_sequence",), (11,), "movement")
SPLIT = Operator("SplitToSequence", "", split_to_sequence, ("output_sequence",), (11, 24), "movement")
CONCAT = Operator("ConcatFromSequence", "", concat_from_sequence, ("concat_result",), (11,), "movement")
