"""One operator's output: float, quantized, modified and their differences, as pictures, numbers and histograms."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ...analysis.pairs import tensor_pairs
from ...markup import Markup
from ..model._channels import as_channels
from ..model._ranges import clipped_share, limits
from ..model._run import Run
from ._html import columns, details, long_table, note, table
from ._plots import histogram

Array = npt.NDArray[Any]
LISTED = 1 << 16
"""Values of a channel that are listed."""


def numbers_html(tensor: str, reference: Run | None, original: Run, modified: Run | None, channel: int) -> Markup:
    """Return one channel's codes as a table, row by row, and what all runs say of the tensor."""
    runs = {"quantized": original, **({"modified": modified} if modified else {})}
    shown = modified or original
    if not shown.values[tensor].size:
        return note(f"{tensor} has no elements, its shape is {list(shown.values[tensor].shape)}.")
    rows = [_summary(name, run.real(tensor), run.values[tensor]) for name, run in runs.items()]
    pair = tensor_pairs(original.graph, reference.graph).get(tensor) if reference else None
    if reference and pair:
        rows.insert(0, _summary("float", reference.values[pair], reference.values[pair]))
    codes = as_channels(shown.values[tensor])[channel]
    if codes.size > LISTED:
        return table(rows, f"{tensor} in numbers") + note(
            f"Channel {channel} has {codes.size:,} values: too many to list. The file of all tensors has them."
        )
    heads, lines = ["row", *map(str, range(codes.shape[1]))], [[y, *row] for y, row in enumerate(codes.tolist())]
    name = "modified" if modified else "quantized"
    return table(rows, f"{tensor} in numbers") + (
        details(
            f"All values of channel {channel}, {name}, as stored",
            long_table(heads, lines, f"{tensor}, channel {channel}", limit=12),
            name="values",
        )
    )


def _summary(name: str, real: Array, stored: Array) -> dict[str, Any]:
    return {
        "run": name,
        "type": str(stored.dtype),
        "shape": str(list(stored.shape)),
        "least": float(real.min()),
        "mean": float(real.mean()),
        "greatest": float(real.max()),
        "zeros": f"{float((real == 0).mean()):.1%}",
    }


def histogram_html(tensor: str, measured: dict[str, Any] | None, original: Run, reference: Run | None) -> Markup:
    """Return the histogram of a tensor's float values, with what its codes can hold and the share that is clipped.

    Parameters
    ----------
    tensor
        Name of a tensor of codes.
    measured
        What the build measured over many images (`resnet8doc.playground.histograms`); None to use this image alone.
    original, reference
        The quantized and the float network's runs.
    """
    if not measured and reference is None:
        return note("There is no float network beside this one, and so no range to hold its codes against.")
    ends = limits(original, tensor)
    pair = tensor_pairs(original.graph, reference.graph).get(tensor) if reference else None
    if ends is None or not (measured or (reference and pair)):
        return note(f"{tensor} has no scale of its own to clip at.")
    if measured:
        counts, low, high = measured["counts"], measured["low"], measured["high"]
        source, clipped = f"{measured['images']} test images", measured["clipped"]
    else:
        assert reference is not None
        assert pair is not None
        exact = reference.values[pair]
        low, high = float(exact.min()), float(exact.max())
        counts = np.histogram(exact, bins=128, range=(low, high if high > low else low + 1))[0]
        source, clipped = "this image", clipped_share(exact, ends)
    title = f"float values of {source}; codes hold {ends[0]:.4g} to {ends[1]:.4g}; {clipped:.3%} are clipped"
    return columns([(title, histogram(counts, low, high, f"Histogram of {tensor}: {title}", limits=ends))])
