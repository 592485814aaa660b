"""One operator's numbers: its parameters, and its weights before and after quantization."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ...analysis.pairs import SUFFIX, dequantized
from ...graph import Graph, Node, operator_of
from ...markup import Markup, joined
from ._html import columns, note, section, table
from ._mosaic import mosaic
from ._plots import histogram, line

Array = npt.NDArray[Any]

LARGEST = 1 << 19
"""Weights that are drawn."""


def parameters_html(graph: Graph, node: Node) -> Markup:
    """Return scales and zero points of an operator as tables: one row for each tensor, and one for each channel.

    Parameters
    ----------
    graph, node
        A graph and one of its nodes.
    """
    rows: list[dict[str, Any]] = []
    vectors: dict[str, Array] = {}
    for entry in node.inputs:
        if not entry.parameter:
            continue
        array = graph.parameters[entry.tensor]
        if array.size == 1:
            rows.append({"input": entry.formal, "value": array.reshape(-1)[0].item(), "type": str(array.dtype),
                         "stored as": entry.tensor})  # fmt: skip
        elif array.ndim == 1 and entry.formal.endswith(("scale", "zero_point")):
            vectors[entry.formal] = array
            rows.append({"input": entry.formal, "value": f"{array.size} values, below", "type": str(array.dtype),
                         "stored as": entry.tensor})  # fmt: skip
    attributes = [{"attribute": key, "value": str(value)} for key, value in node.attributes.items()]
    parts = [table(rows, f"Scales and zero points of {node.name}")]
    if attributes:
        parts.append(table(attributes, f"Attributes of {node.name}"))
    if vectors:
        length = max(len(array) for array in vectors.values())
        each = [
            {"channel": n, **{name: array[n].item() for name, array in vectors.items() if n < len(array)}}
            for n in range(length)
        ]
        parts.append(table(each, f"Per channel: {', '.join(vectors)}", limit=9))
        scales = next((array for name, array in vectors.items() if name.endswith("scale")), None)
        if scales is not None:
            parts.append(columns([("w_scale of each output channel", line(scales, "w_scale of each output channel"))]))
    return joined(parts)


def weights_of(node: Node) -> str | None:
    """Return the name of an operator's stored codes: ``w`` of a convolution, ``b`` of a matrix product, else None."""
    formal = operator_of(node).weights
    return node.tensor(formal) if formal else None


def weights_html(graph: Graph, node: Node, float_graph: Graph | None) -> Markup:
    """Return an operator's weights: float and dequantized side by side, their difference, histograms, codes used.

    Parameters
    ----------
    graph, node
        A graph and one of its nodes.
    float_graph
        Where the float weights are; None if there is none.
    """
    name = weights_of(node)
    if name is None or name not in graph.parameters:
        return note(f"{node.name} ({node.op_type}) has no weights.")
    codes = graph.parameters[name]
    if not codes.size:
        return note(f"{name} has no elements.")
    real = dequantized(graph, name)
    base = name.removesuffix(SUFFIX)
    exact = None
    if float_graph is not None and base in float_graph.parameters and base != name:
        exact = float_graph.parameters[base].reshape(codes.shape)
    rows = [_row("quantized", name, codes)]
    bias = node.tensor("B")
    if bias in graph.parameters:
        rows.append(_row("quantized bias", str(bias), graph.parameters[str(bias)]))
    if exact is not None and float_graph is not None:
        rows.append(_row("float", base, exact))
        float_bias = base.rsplit("/", 1)[0] + "/bias"
        if float_bias in float_graph.parameters:
            rows.append(_row("float bias", float_bias, float_graph.parameters[float_bias]))
    parts = [table(rows, f"Weights of {node.name}: shapes and types")]
    limit = float(np.abs(real if exact is None else exact).max()) or 1.0
    if codes.size > LARGEST:
        parts.append(note(f"{name} has {codes.size:,} elements: too many to draw."))
        return joined((*parts, columns(_histograms(codes, exact, limit))))
    pictures = [] if exact is None else [("float", _heat(exact, limit, f"Float weights of {node.name}"))]
    pictures.append(("quantized, dequantized", _heat(real, limit, f"Dequantized weights of {node.name}")))
    if exact is not None:
        error = real - exact
        worst = float(np.abs(error).max()) or 1.0
        pictures.append(
            (f"difference, ±{worst:.3g}", _heat(error, worst, f"Difference of weights, at most {worst:.3g}"))
        )
    parts.append(columns(pictures))
    parts.append(columns(_histograms(codes, exact, limit)))
    return joined(parts)


def _row(kind: str, name: str, array: Array) -> dict[str, Any]:
    return {
        "kind": kind,
        "tensor": name,
        "shape": str(list(array.shape)),
        "type": str(array.dtype),
        "bytes": array.nbytes,
        "least": array.min().item(),
        "greatest": array.max().item(),
    }


def _heat(values: Array, limit: float, description: str) -> Markup:
    """Show ``[M, C, kH, kW]`` as rows of output channels and columns of input channels; a matrix as it is."""
    if values.ndim == 4:
        out, into, height, width = values.shape
        values = values.transpose(0, 2, 1, 3).reshape(1, out * height, into * width)
    else:
        values = values.reshape(1, values.shape[0] if values.ndim else 1, -1)
    return mosaic(values, -limit, limit, "diverging", description)


def _histograms(codes: Array, exact: Array | None, limit: float) -> list[tuple[str, Markup]]:
    bounds = np.iinfo(codes.dtype) if codes.dtype.kind in "iu" else None
    shown: list[tuple[str, Markup]] = []
    if exact is not None:
        counts, _ = np.histogram(exact, bins=128, range=(-limit, limit))
        shown.append(("float weights", histogram(counts, -limit, limit, "Histogram of the float weights")))
    if bounds is not None:
        counts = np.bincount(codes.reshape(-1).astype(int) - bounds.min, minlength=bounds.max - bounds.min + 1)
        used = int((counts > 0).sum())
        title = f"codes: {used} of {len(counts)} occur"
        shown.append(
            (title, histogram(counts, bounds.min, bounds.max, f"Histogram of the codes; {used} of {len(counts)} occur"))
        )
    return shown


def layer_html(graph: Graph, node: Node, float_graph: Graph | None) -> Markup:
    """Return everything that is stored for one operator."""
    return section("Scales and zero points", parameters_html(graph, node)) + section(
        "Weights", weights_html(graph, node, float_graph)
    )
