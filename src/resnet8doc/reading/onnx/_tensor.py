"""A stored tensor of an ONNX file as an array."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx.onnx_ml_pb2 import TensorProto

from ...arithmetic import code_type
from ...errors import UserError

Array = npt.NDArray[Any]

REMEDY = (
    "Run onnx.checker.check_model(path, full_check=True): it says what the standard forbids in this file. "
    "Export the model again without it."
)

NARROW: dict[int, str] = {
    TensorProto.INT4: "int4", TensorProto.UINT4: "uint4", TensorProto.INT2: "int2", TensorProto.UINT2: "uint2",
}  # fmt: skip
"""Types that numpy has not; their codes are stored in a byte each."""

NUMBERS: dict[int, str] = {
    TensorProto.FLOAT: "float32", TensorProto.DOUBLE: "float64", TensorProto.FLOAT16: "float16",
    TensorProto.INT8: "int8", TensorProto.UINT8: "uint8", TensorProto.INT16: "int16", TensorProto.UINT16: "uint16",
    TensorProto.INT32: "int32", TensorProto.UINT32: "uint32", TensorProto.INT64: "int64",
    TensorProto.UINT64: "uint64", TensorProto.BOOL: "bool",
}  # fmt: skip
"""Types whose numbers are read, as numpy spells them."""

FIELDS = {
    "float32": "float_data", "float64": "double_data", "int64": "int64_data", "uint32": "uint64_data",
    "uint64": "uint64_data",
}  # fmt: skip
"""Which list holds a type's numbers where ``raw_data`` does not; ``int32_data`` for the others."""


def name_of(number: int) -> str:
    """Return a type's name: as numpy spells it, else as the standard does.

    Examples
    --------
    >>> name_of(1), name_of(22), name_of(16), name_of(0), name_of(4000)
    ('float32', 'int4', 'bfloat16', 'undefined', 'type 4000')
    """
    if number in NUMBERS or number in NARROW:
        return NUMBERS.get(number) or NARROW[number]
    known = dict(zip(TensorProto.DataType.values(), TensorProto.DataType.keys(), strict=True))
    return known[number].lower() if number in known else f"type {number}"


def read_tensor(tensor: TensorProto, name: str) -> tuple[str, Array]:
    """Return a stored tensor: its ONNX type's name, and its numbers (4-bit codes as 8-bit ones).

    Raises
    ------
    UserError
        If its bytes do not fit its type and shape, or it holds something other than numbers.
    """
    kind = name_of(tensor.data_type)
    if tensor.data_type not in NUMBERS and tensor.data_type not in NARROW:
        raise UserError(f"{name} holds {kind}", "numbers", "Use a model without such tensors.")
    if tensor.data_location == TensorProto.EXTERNAL:
        raise UserError(
            f"the numbers of {name} lie in another file", "a model in one file",
            "Save it in one: onnx.save(onnx.load(path), other), or extract it where both files are: "
            "python -m resnet8doc extract MODEL.onnx.",
        )  # fmt: skip
    shape = tuple(tensor.dims)
    expected = "numbers of its type and shape"
    if tensor.HasField("segment") or any(length < 0 for length in shape):
        raise UserError(f"the stored tensor {name} has shape {list(shape)} or comes in parts", expected, REMEDY)
    try:
        flat = _narrow(tensor, kind) if tensor.data_type in NARROW else _flat(tensor, kind)
        return kind, flat.reshape(shape)
    except (OverflowError, ValueError) as error:
        raise UserError(f"the stored tensor {name} cannot be read ({error})", expected, REMEDY) from error


def _flat(tensor: TensorProto, kind: str) -> Array:
    if tensor.HasField("raw_data"):
        return np.frombuffer(tensor.raw_data, np.dtype(kind).newbyteorder("<")).astype(kind, copy=False)
    values = getattr(tensor, FIELDS.get(kind, "int32_data"))
    if kind == "float16":  # its bits stand in the low half of each
        return np.asarray(values, np.int32).astype(np.uint16).view(np.float16)
    wide = {"float_data": np.float32, "double_data": np.float64, "int64_data": np.int64, "uint64_data": np.uint64}
    found = np.asarray(values, wide.get(FIELDS.get(kind, ""), np.int32))
    return found.astype(np.uint8).view(bool) if kind == "bool" else found.astype(kind)


def _narrow(tensor: TensorProto, kind: str) -> Array:
    """Unpack codes of 4 or 2 bits, the first in the lowest bits of its byte."""
    bits, count = int(kind[-1]), math.prod(tensor.dims)
    packed = (
        np.frombuffer(tensor.raw_data, np.uint8)
        if tensor.HasField("raw_data")
        else np.asarray(tensor.int32_data, np.int32).astype(np.uint8)
    )
    each = 8 // bits
    if len(packed) != -(-count // each):
        raise ValueError(f"{len(packed)} bytes for {count} codes of {bits} bits")
    shifts = np.arange(each, dtype=np.uint8) * np.uint8(bits)
    codes: Array = ((packed[:, None] >> shifts) & np.uint8(2**bits - 1)).reshape(-1)[:count]
    if kind.startswith("int"):
        codes = (codes ^ np.uint8(1 << (bits - 1))).astype(np.int8) - np.int8(1 << (bits - 1))
    return codes.astype(code_type(kind).stored)
