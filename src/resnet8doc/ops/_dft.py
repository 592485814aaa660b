"""DFT and STFT: the frequencies of a signal, and of pieces of it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def dft(
    input: Array, dft_length: Array | None = None, axis: Array | None = None, *, inverse: int = 0, onesided: int = 0
) -> Array:
    r"""Return :math:`\sum_j x_j e^{-2 \pi i j k / n}`, of real or complex numbers.

    Sums are computed in float64 and rounded to float32. Where the length is no power of 2, the runtime makes a product
    of signals of it (Bluestein's algorithm):

    .. math:: y_k = c_k \sum_j x_j c_j \overline{c_{k-j}}, \qquad c_j = e^{-\pi i j^2 / n}

    It rounds the angles of c to float32, which for long signals changes more than the last bits; they are rounded here
    too.

    Parameters
    ----------
    input
        float32 ``[..., n, ..., 1]``, real, or ``[..., n, ..., 2]``, complex.
    dft_length
        int32 or int64, one number: how many numbers are transformed, filled up with zeros or cut; all without.
    axis
        int64, one number: along which; the last but one without.
    inverse
        Whether the exponent is positive and the sum divided by n.
    onesided
        Whether only the first half comes out, ``n // 2 + 1`` frequencies; with ``inverse`` whether only that is given,
        of a real signal, which comes out.

    Returns
    -------
    numpy.ndarray
        float32 ``[..., frequencies, ..., 2]``, or the signal ``[..., n, ..., 1]``.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX, `DFT <https://onnx.ai/onnx/operators/onnx__DFT.html>`__; ONNX Runtime, ``core/providers/cpu/signal/dft.cc``.

    Examples
    --------
    >>> dft(np.array([[[1], [2]]], np.float32))
    array([[[ 3.,  0.],
            [-1.,  0.]]], dtype=float32)
    """
    along = -2 if axis is None else int(np.reshape(axis, -1)[0])
    return _transformed(input, dft_length, along, inverse, onesided)


def dft_17(
    input: Array, dft_length: Array | None = None, *, axis: int = 1, inverse: int = 0, onesided: int = 0
) -> Array:
    """Return what DFT gave before opset 20: the axis is an attribute.

    Examples
    --------
    >>> dft_17(np.array([[[1], [2]]], np.float32), axis=1)
    array([[[ 3.,  0.],
            [-1.,  0.]]], dtype=float32)
    """
    return _transformed(input, dft_length, axis, inverse, onesided)


def _transformed(input: Array, dft_length: Array | None, axis: int, inverse: int, onesided: int) -> Array:
    x = float32(input, "input")
    if x.ndim < 3 or x.shape[-1] not in (1, 2) or not -x.ndim <= axis < x.ndim or axis % x.ndim == x.ndim - 1:
        raise UserError(
            f"input has shape {list(x.shape)} and axis is {axis}", "[..., 1] or [..., 2], and another axis than the "
            "last one", "Correct axis.",
        )  # fmt: skip
    along = axis % x.ndim
    whole = 2 * (x.shape[along] - 1) if inverse and onesided else x.shape[along]
    length = whole if dft_length is None else int(np.reshape(dft_length, -1)[0])
    numbers = x[..., 0] + 1j * x[..., 1] if x.shape[-1] == 2 else x[..., 0]
    moved = np.moveaxis(numbers, along, -1).astype(np.complex128)
    if length < 1 or (inverse and onesided and (x.shape[-1] == 1 or moved.shape[-1] > length // 2 + 1)):
        raise UserError(
            f"dft_length is {length} of an input {list(x.shape)}, inverse {inverse} and onesided {onesided}",
            "1 or more; of one side, complex numbers, dft_length // 2 + 1 at most", "Correct them.",
        )  # fmt: skip
    if inverse and onesided:
        y = np.moveaxis(_transform(_both_sides(moved, length), length, inverse), -1, along)
        return np.asarray(y.real[..., None]).astype(np.float32)
    y = np.moveaxis(_transform(moved[..., :length], length, inverse), -1, along)
    y = np.take(y, np.arange(length // 2 + 1), along) if onesided else y
    return np.stack([y.real, y.imag], -1).astype(np.float32)


def _both_sides(x: Array, length: int) -> Array:
    """Return all frequencies of a real signal, of the first half of them.

    Of an even length the last one given stands alone, also where it is not the one in the middle.
    """
    given = x.shape[-1]
    every = np.zeros((*x.shape[:-1], length), np.complex128)
    every[..., :given] = x
    mirrored = np.arange(1, given - (length + 1) % 2)
    every[..., length - mirrored] = x[..., mirrored].conj()
    return every


def _transform(x: Array, length: int, inverse: int) -> Array:
    if length & length - 1:
        return _by_chirps(x, length, inverse)
    return np.asarray(np.fft.ifft(x, length) if inverse else np.fft.fft(x, length))


def _by_chirps(x: Array, length: int, inverse: int) -> Array:
    """Return the transform along the last axis by a product with a signal of rounded angles."""
    place, pi = np.arange(length, dtype=np.float32), np.float32(3.14159265)
    angles = (pi if inverse else -pi) * place * place / np.float32(length)
    chirp = np.exp(1j * angles.astype(np.float64))
    whole = 1 << (2 * length - 1).bit_length()
    other = np.zeros(whole, np.complex128)
    other[:length] = chirp.conj()
    other[whole - length + 1 :] = chirp[:0:-1].conj()
    taken = x * chirp[: x.shape[-1]]
    y = np.fft.ifft(np.fft.fft(taken, whole) * np.fft.fft(other))[..., :length] * chirp
    return np.asarray(y / length if inverse else y)


def stft(
    signal: Array, frame_step: Array, window: Array | None = None, frame_length: Array | None = None, *,
    onesided: int = 1,
) -> Array:  # fmt: skip
    """Return the DFT of each piece of a signal, times a window.

    Source: ONNX, `STFT <https://onnx.ai/onnx/operators/onnx__STFT.html>`__; ONNX Runtime,
    ``core/providers/cpu/signal/dft.cc``.

    Parameters
    ----------
    signal
        float32 ``[N, T, 1]`` or ``[N, T]``, real, or ``[N, T, 2]``, complex.
    frame_step
        int32 or int64, one number: where the next piece begins.
    window
        float32 ``[length]``, or None for ones.
    frame_length
        int32 or int64, one number: the length of a piece; the window's without.
    onesided
        Whether only the first half comes out.

    Returns
    -------
    numpy.ndarray
        float32 ``[N, pieces, frequencies, 2]``.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    Examples
    --------
    >>> stft(np.array([[[1], [2], [3]]], np.float32), np.array(1), np.ones(2, np.float32))[0, :, :, 0]
    array([[ 3., -1.],
           [ 5., -1.]], dtype=float32)
    """
    x = float32(signal, "signal")
    x = x[..., None] if x.ndim == 2 else x
    lengths = {len(window)} if window is not None else set()
    lengths |= {int(np.reshape(frame_length, -1)[0])} if frame_length is not None else set()
    step, length = int(np.reshape(frame_step, -1)[0]), max(lengths, default=0)
    if x.ndim != 3 or x.shape[2] not in (1, 2) or len(lengths) != 1 or step < 1 or not 1 <= length <= x.shape[1]:
        raise UserError(
            f"signal has shape {list(x.shape)}, frame_step is {step} and the lengths of a piece are {sorted(lengths)}",
            "[N, T, 1] or [N, T, 2], a step above 0, and one length up to T", "Correct them.",
        )  # fmt: skip
    starts = np.arange(0, x.shape[1] - length + 1, step)
    pieces = x[:, starts[:, None] + np.arange(length)]
    if window is not None:
        pieces = pieces * float32(window, "window")[:, None]
    return dft(pieces, None, np.array(2), onesided=onesided)


ANGLES = "the order in which a real sum is added up, and how exact the angles are, are left to each implementation"
DFT = Operator(
    "DFT", "", dft, ("output",), (17, 20), "real", older={17: dft_17, 20: dft}, exact=ANGLES,
    optional=frozenset({"dft_length"}),
)  # fmt: skip
STFT = Operator("STFT", "", stft, ("output",), (17,), "real", exact=ANGLES, optional=frozenset({"window"}))
