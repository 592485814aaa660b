"""One operator's output: float, quantized, modified and their differences, as pictures, numbers and histograms."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..analysis.pairs import tensor_pairs
from .html import columns, long_table, table
from .mosaic import as_channels, mosaic
from .plots import histogram
from .run import Run

Array = npt.NDArray[Any]


def limits(run: Run, tensor: str) -> tuple[float, float] | None:
    """Return the least and the greatest real number that a tensor's codes can stand for."""
    quantization = run.graph.quantization(tensor)
    if quantization is None or np.asarray(quantization.scale).ndim:
        return None
    zero = np.asarray(quantization.zero_point)
    bounds = np.iinfo(zero.dtype)
    ends = (np.array([bounds.min, bounds.max], float) - float(zero)) * float(quantization.scale)
    return float(ends[0]), float(ends[1])


def mosaics_html(
    tensor: str, reference: Run | None, original: Run, modified: Run | None, pixel: tuple[int, int, int], control: str
) -> str:
    """Return one tensor as channel mosaics, side by side.

    Parameters
    ----------
    tensor
        Name of an operator's output.
    reference, original, modified
        The float network's run (or None), the quantized one's, and the modified one's (None if nothing was changed).
    pixel
        Channel, row and column to frame.
    control
        Name of the control that a pressed pixel is written to.
    """
    quantized = original.real(tensor)
    pair = tensor_pairs(original.graph, reference.graph).get(tensor) if reference else None
    exact = reference.values[pair] if reference and pair else None
    both = [quantized] if exact is None else [quantized, exact]
    low, high = min(float(a.min()) for a in both), max(float(a.max()) for a in both)
    kind = "diverging" if low < 0 else "sequential"
    if low < 0:
        low, high = -max(-low, high), max(-low, high)

    def shown(name: str, values: Array, span: tuple[float, float], colours: str) -> tuple[str, str]:
        channels = as_channels(values)
        description = f"{tensor}, {name}: {channels.shape[0]} channels of {channels.shape[1]} by {channels.shape[2]}"
        return f"{name} ({span[0]:.3g} to {span[1]:.3g})", mosaic(
            channels, *span, colours, description, control=control, mark=pixel
        )

    parts = []
    if exact is not None:
        parts.append(shown("float", exact, (low, high), kind))
    parts.append(shown("quantized", quantized, (low, high), kind))
    if exact is not None:
        parts.append(_gap(shown, "quantized less float", quantized - exact))
    if modified is not None:
        changed = modified.real(tensor)
        parts.append(shown("modified", changed, (low, high), kind))
        parts.append(_gap(shown, "modified less quantized", changed - quantized))
    return columns(parts)


def _gap(shown: Any, name: str, difference: Array) -> tuple[str, str]:
    worst = float(np.abs(difference).max()) or 1.0
    title, picture = shown(name, difference, (-worst, worst), "diverging")
    return str(title), str(picture)


def numbers_html(tensor: str, reference: Run | None, original: Run, modified: Run | None, channel: int) -> str:
    """Return one channel's codes as a table, row by row, and what all runs say of the tensor."""
    runs = {"quantized": original, **({"modified": modified} if modified else {})}
    rows = [_summary(name, run.real(tensor), run.values[tensor]) for name, run in runs.items()]
    pair = tensor_pairs(original.graph, reference.graph).get(tensor) if reference else None
    if reference and pair:
        rows.insert(0, _summary("float", reference.values[pair], reference.values[pair]))
    shown = modified or original
    codes = as_channels(shown.values[tensor])[channel]
    heads, lines = ["row", *map(str, range(codes.shape[1]))], [[y, *row] for y, row in enumerate(codes.tolist())]
    name = "modified" if modified else "quantized"
    return table(rows, f"{tensor} in numbers") + (
        f"<details><summary>All values of channel {channel}, {name}, as stored</summary>"
        f"{long_table(heads, lines, f'{tensor}, channel {channel}', limit=12)}</details>"
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


def histogram_html(tensor: str, measured: dict[str, Any] | None, original: Run, reference: Run | None) -> str:
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
    ends = limits(original, tensor)
    pair = tensor_pairs(original.graph, reference.graph).get(tensor) if reference else None
    if ends is None or not (measured or (reference and pair)):
        return f'<p class="r8-note">{tensor} has no scale of its own to clip at.</p>'
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


def clipped_share(values: Array, ends: tuple[float, float]) -> float:
    """Return the share of values beyond what the codes can hold, by more than half of a step.

    A ReLU's zeros lie on the lower end and are not clipped.

    Examples
    --------
    >>> clipped_share(np.array([0.0, 1.0, 2.0, 3.0]), (0.0, 2.0))
    0.25
    """
    step = (ends[1] - ends[0]) / 255
    return float(((values < ends[0] - step / 2) | (values > ends[1] + step / 2)).mean())
