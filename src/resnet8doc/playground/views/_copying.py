"""What the microscope gives to take away: the arithmetic of one byte as C, and as a test vector."""

import json
from typing import Any

import numpy as np

from ...arithmetic import ONNXRUNTIME_X86, Runtime
from ...graph import Graph, Node
from ...trace import Trace

_C = """\
/* {node} ({op_type}), output element {index}: expected {expected}.  cc -std=c99 pixel.c -lm && ./a.out */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum {{ COUNT = {count} }};
static const {x_type} x[COUNT] = {{{x}}}; /* padding holds the zero point */
static const {w_type} w[COUNT] = {{{w}}};
static const int32_t x_zero_point = {x_zero_point}, w_zero_point = {w_zero_point}, y_zero_point = {y_zero_point};
static const int32_t bias = {bias};
static const float multiplier = {multiplier}; /* x_scale * w_scale / y_scale = {multiplier_decimal} */

int main(void)
{{
    int32_t accumulator = bias;
    for (int i = 0; i < COUNT; i++)
        accumulator += ((int32_t)x[i] - x_zero_point) * ((int32_t)w[i] - w_zero_point);
    float scaled = (float)accumulator * multiplier;
    float rounded = nearbyintf(scaled); /* to nearest, ties to even: the default mode */
    float shifted = rounded + (float)y_zero_point;
    {y_type} y = ({y_type})(shifted < {low} ? {low} : shifted > {high} ? {high} : shifted);
    printf("accumulator %ld, scaled %.9g, y %d\\n", (long)accumulator, (double)scaled, (int)y);
    return y == {expected} ? 0 : 1;
}}
"""
_INPUTS = {
    "QLinearConv": ("x", "w", "y", "B"),
    "QLinearMatMul": ("a", "b", "y", None),
}


def _scalar(graph: Graph, node: Node, formal: str) -> Any:
    stored = graph.parameters.get(node.tensor(formal) or "")
    return np.int8(0) if stored is None else np.asarray(stored).reshape(-1)[0]


def as_c(graph: Graph, node: Node, trace: Trace, runtime: Runtime | None = None) -> str:
    """Return a C99 program that computes one output element of a convolution or matrix product and checks it.

    Parameters
    ----------
    graph, node, trace
        The operator, and how the element came about.
    runtime
        Whose arithmetic it was computed in.

    Returns
    -------
    str
        Empty for another operator, or for a runtime that is not ONNX Runtime's.
    """
    if node.op_type not in _INPUTS or (runtime or ONNXRUNTIME_X86) != ONNXRUNTIME_X86:
        return ""
    x, w, y, bias = _INPUTS[node.op_type]
    output = np.asarray(_scalar(graph, node, f"{y}_zero_point"))
    limits = np.iinfo(output.dtype)
    multiplier = float(trace.value("multiplier"))
    channel = trace.index[1]
    stored_bias = graph.parameters.get(node.tensor(bias) or "") if bias else None
    types = {"int8": "int8_t", "uint8": "uint8_t"}
    return _C.format(
        node=node.name,
        op_type=node.op_type,
        index=list(trace.index),
        expected=trace.output,
        count=len(trace.terms),
        x=", ".join(str(term.x) for term in trace.terms),
        w=", ".join(str(term.w) for term in trace.terms),
        x_type=types[str(np.asarray(_scalar(graph, node, f"{x}_zero_point")).dtype)],
        w_type=types[str(np.asarray(_scalar(graph, node, f"{w}_zero_point")).dtype)],
        y_type=types[str(output.dtype)],
        x_zero_point=_scalar(graph, node, f"{x}_zero_point"),
        w_zero_point=_scalar(graph, node, f"{w}_zero_point"),
        y_zero_point=output,
        bias=0 if stored_bias is None else int(stored_bias[channel]),
        multiplier=multiplier.hex() + "f",
        multiplier_decimal=f"{multiplier:.9g}",
        low=limits.min,
        high=limits.max,
    )


def as_vector(graph: Graph, node: Node, trace: Trace, runtime: Runtime | None = None) -> str:
    """Return one output element as a test vector: JSON with its inputs, every step and the expected code.

    Parameters
    ----------
    graph, node, trace, runtime
        As for `as_c`.
    """
    parameters = {
        entry.formal: graph.parameters[entry.tensor].tolist()
        for entry in node.inputs
        if entry.parameter and entry.formal.endswith(("scale", "zero_point"))
    }
    vector = {
        "format": "resnet8doc.pixel",
        "version": 1,
        "model": graph.name,
        "node": node.name,
        "op_type": node.op_type,
        "index": list(trace.index),
        "attributes": dict(node.attributes),
        "parameters": parameters,
        "runtime": (runtime or ONNXRUNTIME_X86).describe(),
        "terms": [[term.x, term.w] for term in trace.terms],
        "steps": [{"name": step.name, "value": step.value, "type": step.dtype} for step in trace.steps],
        "expected": trace.output,
    }
    return json.dumps(vector, ensure_ascii=False)
