"""Reading CIFAR-10's python batches, which are pickles, without running what a pickle may ask for.

A pickle is a program: it may name any function and call it. The one that runs here knows two types only, stand-ins for
numpy's array and dtype that keep what they are given; numpy's own unpickling never sees the file.
"""

import io
import pickle
from typing import Any

import numpy as np

from ..errors import UserError
from ._facts import Bytes


class _DType:
    """Stands in for numpy.dtype: keeps the type's name."""

    def __init__(self, name: Any = None, *_: Any) -> None:
        self.name = name.decode("ascii") if isinstance(name, bytes) else name

    def __setstate__(self, state: Any) -> None:
        """Byte order and alignment: without meaning for uint8, the only type accepted."""


class _Array:
    """Stands in for numpy.ndarray: keeps shape, type and bytes."""

    def __init__(self, *_: Any) -> None:
        self.shape: Any = None
        self.dtype: Any = None
        self.data: Any = None
        self.fortran: Any = None

    def __setstate__(self, state: Any) -> None:
        _, self.shape, self.dtype, self.fortran, self.data = state

    def to_numpy(self) -> Bytes:
        if not isinstance(self.dtype, _DType) or self.dtype.name not in ("u1", "uint8"):
            raise ValueError("an array is not uint8")
        order: Any = "F" if self.fortran else "C"
        return np.frombuffer(self.data, np.uint8).reshape(self.shape, order=order)


def _reconstruct(*_: Any) -> _Array:
    return _Array()


def _from_buffer(data: Any, dtype: Any, shape: Any, order: Any) -> _Array:
    array = _Array()
    array.__setstate__((1, shape, dtype, order == "F", data))
    return array


def _encode(text: Any, encoding: Any) -> bytes:
    """How Python 3 writes bytes into a protocol 2 pickle; no codec but this one."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"codec {encoding!r} is not allowed")
    return str(text).encode("latin1")


_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,  # numpy 1, as in the official archive
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,  # numpy 2
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,  # numpy 1, protocol 5
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,  # numpy 2, protocol 5
    ("_codecs", "encode"): _encode,
}


class _Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module}.{name}") from None


def read_batch(data: bytes, origin: str) -> tuple[Bytes, Bytes]:
    """Return pixels ``[N, 3072]`` (red, green, blue planes) and labels ``[N]`` of one python batch."""
    try:
        batch = _Restricted(io.BytesIO(data), encoding="bytes").load()
        batch = {k.decode("ascii") if isinstance(k, bytes) else k: v for k, v in batch.items()}
        return batch["data"].to_numpy(), np.asarray(batch["labels"], np.uint8)
    except Exception as error:  # a hostile pickle can raise anything, and whatever it raises means the same
        raise UserError(
            f"{origin} is not a python batch of CIFAR-10 ({type(error).__name__}: {error})",
            "a pickle of a dictionary with `data` (uint8 array) and `labels` (list), and of nothing else",
            "Download it again. A pickle that names other functions may be an attack, so it was not run.",
        ) from error
