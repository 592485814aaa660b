"""MelWeightMatrix: from the bins of a spectrum to bands as wide as an ear hears them."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._cast import cast
from ._checks import made_size
from ._operator import Operator

Array = npt.NDArray[Any]


def mel_weight_matrix(
    num_mel_bins: Array,
    dft_length: Array,
    sample_rate: Array,
    lower_edge_hertz: Array,
    upper_edge_hertz: Array,
    *,
    output_datatype: int = 1,
) -> Array:
    r"""Return a matrix of triangles.

    Band :math:`b` rises from bin :math:`f_b` to 1 at :math:`f_{b+1}` and falls to 0 at :math:`f_{b+2}`. The bins
    :math:`f` are evenly spaced in :math:`m = 2595 \log_{10}(1 + h / 700)`, the distance being the whole range divided
    by two more than the bands; :math:`f = \lfloor (\mathrm{dft\_length} + 1) \, h / \mathrm{sample\_rate} \rfloor`.

    Parameters
    ----------
    num_mel_bins, dft_length, sample_rate
        int32 or int64, one number each: bands; the length of the transform; samples in a second.
    lower_edge_hertz, upper_edge_hertz
        float32, one number each.
    output_datatype
        ONNX's number of the result's type.

    Returns
    -------
    numpy.ndarray
        ``[dft_length // 2 + 1, bands]``.

    Raises
    ------
    UserError
        If an edge has no bin.

    References
    ----------
    ONNX, `MelWeightMatrix <https://onnx.ai/onnx/operators/onnx__MelWeightMatrix.html>`__; ONNX Runtime,
    ``core/providers/cpu/signal/window_functions.cc``.

    Examples
    --------
    >>> lower, upper = np.float32(0), np.float32(4000)
    >>> mel_weight_matrix(np.array(2), np.array(8), np.array(8000), lower, upper).T
    array([[1., 0., 0., 0., 0.],
           [0., 1., 0., 0., 0.]], dtype=float32)
    """
    bands, length, rate = (int(np.reshape(value, -1)[0]) for value in (num_mel_bins, dft_length, sample_rate))
    edges = [np.float32(np.reshape(value, -1)[0]) for value in (lower_edge_hertz, upper_edge_hertz)]
    bins = length // 2 + 1
    made_size([bins, bands], "the matrix")
    outer = [np.floor(np.float32(length + 1) * edge / np.float32(rate)) for edge in edges] if rate > 0 else [-1]
    if bands < 1 or not all(0 <= place < bins for place in outer):
        raise UserError(
            f"edges of {edges[0]} and {edges[1]} Hz at {rate} samples a second", f"edges within the {bins} bins of a "
            f"transform of {length}", "Correct the edges.",
        )  # fmt: skip
    low, high = (2595 * np.log10(1 + float(edge) / 700) for edge in edges)
    step = (high - low) / (bands + 2)
    hertz = 700 * (10 ** ((low + step * np.arange(bands + 2)) / 2595) - 1)
    places = np.floor((length + 1) * hertz / rate).astype(np.int64)
    y = np.zeros((bins, bands), np.float64)
    for band, (first, middle, last) in enumerate(zip(places, places[1:], places[2:], strict=False)):
        if first == middle:
            y[middle, band] = 1
        else:
            y[first : middle + 1, band] = np.arange(middle - first + 1) / (middle - first)
        if last > middle:
            y[middle:last, band] = np.arange(last - middle, 0, -1) / (last - middle)
    return cast(y, to=output_datatype)


OPERATOR = Operator(
    "MelWeightMatrix", "", mel_weight_matrix, ("output",), (17,), "real",
    exact="the logarithm and the power, by which a bin can be the next one, are left to each implementation",
)  # fmt: skip
