"""The arithmetic of one output, from a trace: drawn, and as tables in which every value has its exact width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from .. import microscope
from ..analysis.bounds import width
from ..markup import Markup
from ._table import Table, table

if TYPE_CHECKING:
    from ..graph import Graph, Node
    from ..ops import Trace

WIDTHS = {
    "int8": 8, "uint8": 8, "int16": 16, "uint16": 16, "int32": 32, "int64": 64, "float16": 16, "float32": 32,
    "float64": 64,
}  # fmt: skip
"""Bits of each type that a trace names."""


@dataclass(frozen=True)
class WorkedExample:
    """One output element: drawn; then its products, and everything that is done to their sum."""

    products: Table | None
    steps: Table
    drawn: Markup

    def _repr_html_(self) -> str:
        tables = "".join(part._repr_html_() for part in (self.products, self.steps) if part is not None)
        return str(
            Markup('<div class="worked-example">{}{}<details><summary>In numbers</summary>{}</details>{}</div>').format(
                microscope.style(), self.drawn, Markup(tables), microscope.script()
            )
        )

    def __str__(self) -> str:
        return "\n\n".join(str(part) for part in (self.products, self.steps) if part is not None)

    __repr__ = __str__


def worked_example(trace: Trace, name: str = "", source: npt.NDArray[Any] | None = None) -> WorkedExample:
    """Show how one output came about.

    Parameters
    ----------
    trace
        From :meth:`resnet8doc.graph.Graph.trace`.
    name
        Of the operator's node, for the drawing's title.
    source
        Codes of its first input, ``[C, H, W]``, for a map with the field outlined.

    Returns
    -------
    WorkedExample
        The microscope's drawing with its steps; under a toggle a table of the products (where there are any), in the
        order in which they are summed, and one of the steps after the sum. ``width`` is that of the type that holds a
        value, ``needs`` the bits that this value takes in two's complement.

    Examples
    --------
    >>> import numpy as np
    >>> from resnet8doc.ops import dequantize_linear_element
    >>> trace = dequantize_linear_element((0,), np.array([127], np.int8), np.float32(0.5), np.int8(-128))
    >>> print(worked_example(trace))
    step     value  type     width (bits)  needs (bits)  computed
    centred  255    int32              32             9  127 − −128
    scaled   127.5  float32            32             –  float32(255) * 0.5
    """
    place = ", ".join(map(str, trace.index))
    steps = table(
        [
            {
                "step": step.name, "value": _number(step.value), "type": step.dtype, "width": WIDTHS[step.dtype],
                "needs": None if step.dtype.startswith("float") else width(int(step.value)),
                "computed": _negative(step.formula),
            }
            for step in trace.steps
        ],
        caption=f"{trace.op_type}: output [{place}], step by step",
        units={"width": "bits", "needs": "bits"},
        wrap=("computed",),
        sortable=False,
    )  # fmt: skip
    if not trace.terms:
        return WorkedExample(None, steps, microscope.figure(trace, name=name))
    products = table(
        [
            {
                "tap": ", ".join(map(str, term.tap)),
                "from": ", ".join(map(str, term.x_index)) if term.x_index is not None else "padding",
                "x": term.x, "x_centred": term.x_centred, "w": term.w, "w_centred": term.w_centred,
                "product": term.product, "accumulator": term.accumulator,
            }
            for term in trace.terms
        ],
        caption=f"{trace.op_type}: the {len(trace.terms)} products of output [{place}], in order. 8 bits: the codes; "
        "9 bits: a code minus its zero point; 17 bits: their product; 32 bits: the accumulator.",
        columns={
            "tap": "tap", "from": "input index", "x": "x", "x_centred": "x − zero point", "w": "w",
            "w_centred": "w − zero point", "product": "product", "accumulator": "accumulator",
        },
        units={"x": "8 bits", "x_centred": "9 bits", "w": "8 bits", "w_centred": "9 bits", "product": "17 bits",
               "accumulator": "32 bits"},
        sortable=False,
    )  # fmt: skip
    return WorkedExample(products, steps, microscope.figure(trace, name=name, source=source))


def operator_inputs(graph: Graph, node: Node, meanings: Mapping[str, str]) -> Table:
    """Show the inputs of one operator as the network's file has them.

    Parameters
    ----------
    graph, node
        Whose.
    meanings
        Formal name of each input of the operator, in the standard's order, to what it means.

    Returns
    -------
    Table
        A row for each input: index, name, type, shape, the tensor that is connected, and what it means.

    Raises
    ------
    ValueError
        If ``meanings`` leaves out an input of the operator, or names one that it does not have.
    """
    from ..ops import OPERATORS

    operator = OPERATORS[node.domain, node.op_type]
    if tuple(meanings) != operator.inputs:
        raise ValueError(f"{node.op_type} has the inputs {operator.inputs}; the meanings are of {tuple(meanings)}")
    connected = {entry.formal: entry for entry in node.inputs}
    rows = []
    for index, formal in enumerate(operator.inputs):
        entry = connected.get(formal)
        kind, shape = _kind(graph, entry.tensor) if entry is not None else (None, None)
        rows.append({
            "index": str(index), "input": formal + ("" if formal in operator.required else " (optional)"),
            "type": kind, "shape": shape,
            "stored": None if entry is None else entry.tensor if entry.parameter else f"{entry.tensor} (computed)",
            "meaning": meanings[formal],
        })  # fmt: skip
    return table(
        rows,
        caption=f"All inputs of {node.op_type}; type, shape and tensor as in node {node.name} of {graph.name}",
        columns={"index": "#", "input": "input", "meaning": "meaning", "type": "type", "shape": "shape",
                 "stored": "tensor in the file"},
        wrap=("meaning",),
        sortable=False,
    )  # fmt: skip


def _kind(graph: Graph, tensor: str) -> tuple[str | None, str]:
    array = graph.parameters.get(tensor)
    if array is not None:
        return str(array.dtype), " × ".join(map(str, array.shape)) or "scalar"
    info = graph.info[tensor]
    return info.dtype, " × ".join("?" if n is None else str(n) for n in info.shape or ())


def _number(value: Any) -> str:
    return _negative(f"{value:.9g}" if isinstance(value, float) else f"{value:,d}")


def _negative(text: str) -> str:
    return text.replace("-", "−").replace("e−", "e-")
