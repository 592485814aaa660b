"""Test vectors as files: .npz, JSON, C header, hex for ``$readmemh``."""

import hashlib
import io
import json
import math
import re
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ..network import identifier
from ._vector import Tensor, Vector

Array = npt.NDArray[Any]
Credit = str

C_TYPES = {
    "int8": "int8_t", "uint8": "uint8_t", "int32": "int32_t", "uint32": "uint32_t", "float32": "float",
    "float64": "double",
}  # fmt: skip
SEPARATOR = "-"
INDENT, WIDTH = "    ", 116
"""Of a line of numbers in C."""


def as_npz(vector: Vector, credit: Credit) -> dict[str, bytes]:
    """Write one ``.npz`` with an array for each tensor."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {name: tensor.array for name, tensor in vector.tensors.items()}
    np.savez_compressed(buffer, **arrays)
    return {f"{stem(vector)}.npz": buffer.getvalue()}


def as_json(vector: Vector, credit: Credit) -> dict[str, bytes]:
    """Write one JSON file; float32 numbers are written so that they read back exactly.

    Raises
    ------
    UserError
        If a number is none that JSON has: infinite, or not a number.
    """
    for tensor in vector.tensors.values():
        if not np.isfinite(tensor.array).all():
            raise UserError(
                f"{tensor.name} of {vector.node} holds numbers that are not finite", "finite numbers for JSON",
                "Choose npz, c or hex, or feed finite numbers.",
            )  # fmt: skip
    value = {
        "format": "resnet8doc.vector", "version": 2, "credit": credit or None, "node": vector.node,
        "layer": vector.layer, "op_type": vector.op_type, "runtime": vector.runtime,
        "image": vector.image, "attributes": dict(vector.attributes),
        "tensors": {
            name: {
                "dtype": str(tensor.array.dtype), "shape": list(tensor.array.shape), "axes": list(tensor.axes),
                "meaning": tensor.meaning, "values": tensor.array.ravel().tolist(),
            }
            for name, tensor in vector.tensors.items()
        },
    }  # fmt: skip
    return {f"{stem(vector)}.json": (json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n").encode()}


def as_c(vector: Vector, credit: Credit) -> dict[str, bytes]:
    """Write one C header: a macro for each length, an array for each tensor; test_layer.c compiles with it."""
    about = plain_text(f"Test vector of {vector.node} ({vector.op_type}), input {vector.image}.{_said(credit)}")
    lines = [
        f"/* {about} */",
        "#include <stdint.h>",
        f"#define VECTOR_{vector.op_type.upper()} 1",
        f'#define VECTOR_NODE "{plain_text(vector.node)}"',
        f'#define VECTOR_RUNTIME "{vector.runtime}"',
        f"#define VECTOR_OF_{vector.runtime.upper()} 1",
    ]
    for name in ("kernel_shape", "strides", "pads", "dilations"):
        if name in vector.attributes:
            lines += [f"#define {name.upper()}_{i} {v}" for i, v in enumerate(vector.attributes[name])]
    lines += [f"#define {n.upper()} {vector.attributes[n]}" for n in ("group", "transA") if n in vector.attributes]
    if "sum" in vector.tensors:
        lines.append("#define VECTOR_WINDOWS 1")
    for tensor in vector.tensors.values():
        lines += _c_array(tensor)
    return {f"{stem(vector)}.h": ("\n".join(lines) + "\n").encode()}


def _c_array(tensor: Tensor) -> list[str]:
    axes = ", ".join(tensor.axes) or "scalar"
    name, array = tensor.name, tensor.array
    kind = C_TYPES[str(array.dtype)]
    lines = ["", f"/* {tensor.meaning or name}: [{axes}] = {list(array.shape)} */"]
    lines += [f"#define {name}_axis{i} {length}" for i, length in enumerate(array.shape)]
    lines.append(f"#define {name}_type {kind}")
    lines.append(f"static const {kind} {name}[{array.size}] = {{")
    return [*lines, *c_numbers(array), "};"]


def c_numbers(array: Array) -> list[str]:
    """Return an array's numbers as lines of a C initializer; real ones as hexadecimal constants, which are exact.

    Examples
    --------
    >>> c_numbers(np.array([0.5, 3], np.float32)), c_numbers(np.array([-128, 7], np.int8))
    (['    0x1p-1f, 0x1.8p+1f'], ['    -128, 7'])
    >>> c_numbers(np.array([1, -(2**31)], np.int32))
    ['    1, (-2147483647 - 1)']
    """
    text, room = _c_list(array), WIDTH - len(INDENT)
    lines, begin = [], 0
    while len(text) - begin > room:
        end = text.rindex(",", begin, begin + room) + 1
        lines.append(INDENT + text[begin:end])
        begin = end + 1
    return [*lines, INDENT + text[begin:]]


def _c_list(array: Array) -> str:
    """Return all numbers in one line."""
    values = array.ravel().tolist()
    if array.dtype == np.float32:
        return ", ".join(map(c_float, values))
    if array.dtype == np.float64:
        return ", ".join(c_float(value)[:-1] for value in values)
    return re.sub(r"-2147483648\b", "(-2147483647 - 1)", str(values)[1:-1])  # C has no negative literals


def c_float(value: float) -> str:
    """Return a float32 as a C99 hexadecimal constant.

    Examples
    --------
    >>> c_float(0.1), c_float(float(np.float32(0.1)))
    ('0x1.999999999999ap-4f', '0x1.99999ap-4f')
    """
    if not math.isfinite(value):
        return "NAN" if math.isnan(value) else "INFINITY" if value > 0 else "-INFINITY"
    mantissa, exponent = float(value).hex().split("p")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}p{exponent}f"


def as_hex(vector: Vector, credit: Credit) -> dict[str, bytes]:
    """Write a folder of hex files, one a tensor: one word a line, two's complement, float32 as its bits."""
    return {
        f"{stem(vector)}{SEPARATOR}hex/{identifier(name)}.hex": _hex(tensor, vector, credit)
        for name, tensor in vector.tensors.items()
    }


def as_hex_zip(vector: Vector, credit: Credit) -> dict[str, bytes]:
    """Write the same files in one ``.zip``; its times are fixed, so that the same vector gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in as_hex(vector, credit).items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return {f"{stem(vector)}{SEPARATOR}hex.zip": buffer.getvalue()}


def _hex(tensor: Tensor, vector: Vector, credit: Credit) -> bytes:
    array = tensor.array
    size = array.dtype.itemsize
    words = array.astype(array.dtype.newbyteorder(">")).tobytes().hex("\n", size)
    axes = ", ".join(tensor.axes) or "scalar"
    what = f"{tensor.name}: {array.dtype} {list(array.shape)} [{axes}]"
    head = f"// {plain_text(vector.node)}, input {vector.image}, {what}.{_said(credit)}\n"
    return f"{head}{words}\n".encode()


LONGEST = 120
"""Characters of a node in a file name: file systems end at 255 bytes, and converters join the names of fused layers."""


def stem(vector: Vector) -> str:
    """Return a vector's file name without a suffix; of a very long name the start, and 8 digits that tell it apart.

    Examples
    --------
    >>> stem(Vector("dense/MatMul_quant", "dense", "QLinearMatMul", 7, {}, {}, "dense_MatMul_quant"))
    'dense_MatMul_quant-image7'
    """
    name = vector.name
    if len(name) > LONGEST:
        name = f"{name[: LONGEST - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return f"{name}{SEPARATOR}image{vector.image}"


def plain_text(name: str) -> str:
    """Return a name from a model as it may stand in a comment or a string of C.

    Examples
    --------
    >>> plain_text("dense/MatMul_quant"), plain_text('*/ "x"')
    ('dense/MatMul_quant', '*_ _x_')
    """
    return re.sub(r'[^ -~]|["\\?]|(?<=\*)/|(?<=/)[/*]', "_", name)


def _said(credit: Credit) -> str:
    return f" {credit}." if credit else ""


Writer = Callable[[Vector, Credit], dict[str, bytes]]
FORMATS: dict[str, Writer] = {"npz": as_npz, "json": as_json, "c": as_c, "hex": as_hex, "hex.zip": as_hex_zip}
"""Every format by its name: what turns a vector into files."""
