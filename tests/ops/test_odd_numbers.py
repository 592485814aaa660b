"""Numbers that few models have: NaN, infinities, sums beyond float32, tensors of no elements; in ONNX Runtime too."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.graph._parse import FLAGS
from resnet8doc.ops import OPERATORS

from .agreement import Array, Case, Compare, hold_to_bits, hold_to_last_bits, names

NAN, INF = np.float32("nan"), np.float32("inf")
NOTHING = np.zeros((0, 2), np.float32)


def normal(rng: np.random.Generator, *shape: int, mean: float = 0, size: float = 1) -> Array:
    x: Array = rng.normal(mean, size, shape).astype(np.float32)
    return x


def ends(kind: Any) -> list[Any]:
    return [np.array([np.inf, -np.inf, np.nan, 1, -0.0], kind)]


ONES = np.ones(4, np.float32)
EXACT: list[Case] = [
    *(("Clip", lambda rng, kind=kind: ends(kind), {}, (12, 13)) for kind in (np.float16, np.float32, np.float64)),
    ("Clip", lambda rng: [*ends(np.float32), None, np.float32(0.5)], {}, (11, 12, 13)),
    ("Clip", lambda rng: [*ends(np.float32), np.float32(0.5)], {}, (11, 12, 13)),
    ("Clip", lambda rng: [normal(rng, 3), np.zeros(1, np.float32)], {}, (11, 13)),
    ("Sign", lambda rng: ends(np.float32), {}, (9, 13)),
    *(("ReduceMean", lambda rng: [NOTHING], {"axes": [axis]}, (11, 13)) for axis in (0, 1)),
    ("Softmax", lambda rng: [np.zeros((2, 0), np.float32)], {}, (11, 13)),
    ("LogSoftmax", lambda rng: [np.zeros((2, 0), np.float32)], {}, (11, 13)),
    ("Squeeze", lambda rng: [normal(rng, 1, 3, 1), np.zeros(0, np.int64)], {}, (13, 21, 25)),
    ("Hardmax", lambda rng: [np.zeros((2, 0), np.float32)], {}, (13,)),
    *(("Range", lambda rng, kind=kind: [kind(rng.normal()), kind(30 * rng.normal()), kind(rng.normal())], {}, (11,))
      for kind in (np.float32, np.float64)),
    ("BatchNormalization", lambda rng: [rng.normal(size=(2, 3, 4)), *np.abs(rng.normal(size=(4, 3)))], {}, (9, 15)),
    *(("ScatterND", lambda rng: [normal(rng, 5), rng.integers(0, 5, (4, 1)), normal(rng, 4)], {"reduction": name},
       (18,)) for name in ("min", "max")),
    ("ReduceProd", lambda rng: [rng.integers(1, 8, (3, 6))], {}, (11, 18)),
    *(("GroupNormalization",
       lambda rng, mean=mean: [normal(rng, 2, 4, 3, 5, mean=mean), normal(rng, 4), normal(rng, 4)], {"num_groups": 2},
       (21,)) for mean in (0, 300, 3e4)),
    *(("InstanceNormalization",
       lambda rng, size=size: [normal(rng, 2, 4, 5, 3, size=size), normal(rng, 4), normal(rng, 4)], {}, (7, 22))
      for size in (1e30, 1e18, 1.0, 1e-18, 1e-30)),
    ("InstanceNormalization", lambda rng: [normal(rng, 3, 2, 37, mean=3e4), *normal(rng, 2, 2)], {}, (7, 22)),
    ("GroupNormalization", lambda rng: [normal(rng, 2, 6, 3, mean=300), normal(rng, 3), normal(rng, 3)],
     {"num_groups": 3}, (18,)),
]  # fmt: skip

CLOSE: list[Case] = [
    *((name, lambda rng, size=size: [normal(rng, 3, 4, size=size), ONES], {"epsilon": 0.0}, (opset,))
      for name, opset in (("LayerNormalization", 17), ("RMSNormalization", 23)) for size in (1e30, 1e-30, 1e10)),
    *(("LpNormalization", lambda rng, size=size: [normal(rng, 3, 4, size=size)], {"p": p}, (7, 22))
      for size in (1e30, 1e-30, 1.0) for p in (1, 2)),
    # what a large number cancelled stays cancelled, and what an infinite one made stays NaN, in the channels behind
    *(("LRN", lambda rng, large=large: [np.array([1, large, 2, 3, 4, 5], np.float32).reshape(1, 6, 1, 1)], {"size": 3},
       (7, 13)) for large in (1e5, 1e30, np.inf)),
]  # fmt: skip


@pytest.mark.parametrize("case", EXACT, ids=names(EXACT))
def test_no_bit_differs(compare: Compare, case: Case) -> None:
    hold_to_bits(compare, case)


@pytest.mark.parametrize("case", CLOSE, ids=names(CLOSE))
def test_only_last_bits_differ(compare: Compare, case: Case) -> None:
    hold_to_last_bits(compare, case)


@pytest.mark.parametrize("attributes", [{}, {"alpha": 0.75, "beta": 0.5}])
def test_half_precision_stays_half_precision(compare: Compare, attributes: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    given = [normal(rng, 3, 4).astype(np.float16), normal(rng, 4, 5).astype(np.float16), np.ones(5, np.float16)]
    for count in (2, 3):
        for expected, found in compare("Gemm", given[:count], opset=13, **attributes):
            assert found.dtype == expected.dtype == np.float16
            np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)


X = np.array([[[[1, NAN], [2, 3]]]], np.float32)
ROW = np.array([[1, NAN, 3]], np.float32)
LARGE = np.array([[[[1e30, 0]]]], np.float32)
REFUSED: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("MaxPool", [X], {"kernel_shape": [2, 2]}, "X holds NaN; expected numbers"),
    ("GlobalMaxPool", [X], {}, "X holds NaN"),
    ("ReduceMax", [ROW, np.array([1])], {}, "data holds NaN"),
    ("ReduceMin", [ROW, np.array([1])], {}, "data holds NaN"),
    ("ScatterND", [ROW[0], np.array([[0]]), ROW[0, 1:2]], {"reduction": "min"}, "data, or updates, holds NaN"),
    ("ReduceProd", [np.array([2**40, 2**30])], {}, r"integers multiply to 1.181e\+21; expected 9,007,199,254,740,992"),
    ("ReduceProd", [np.array([2**30, -4], np.int32)], {}, "expected 2,147,483,647 at most"),
    *(("GridSample", [X * 0 + 1, grid], {"padding_mode": mode}, "grid holds NaN or a place very far")
      for grid in (LARGE, np.where(LARGE, INF, NAN), -LARGE) for mode in ("zeros", "border", "reflection")),
    ("Clip", [ROW, np.zeros(2, np.float32)], {}, r"min has shape \[2\]; expected one number"),
    ("BatchNormalization", [X.astype(np.float16), *np.ones((4, 1), np.float32)], {}, "X is float16; expected float32"),
    ("BatchNormalization", [X, *np.ones((4, 1), np.float64)], {}, "scale is float64 and X float32; expected one type"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("op_type", "inputs", "attributes", "said"), REFUSED, ids=[f"{n}-{case[0]}" for n, case in enumerate(REFUSED)]
)
def test_what_the_kernels_disagree_about_is_refused(
    op_type: str, inputs: list[Any], attributes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        OPERATORS["", op_type].function(*inputs, **attributes)


def one_node(
    op_type: str, version: int, attributes: dict[str, Any], outputs: int = 1, domain: str = "", fed: Sequence[str] = (),
    **more: Array,
) -> Graph:  # fmt: skip
    """Return a graph of one node that is fed its first input and those named."""
    first = OPERATORS[domain, op_type].inputs[0]
    made = [f"y{number}" for number in range(outputs)]
    operations = {
        "format": "resnet8doc.operations", "version": 2, "model": {"name": "m", "quant_format": "float"},
        "inputs": [{"name": name, "dtype": None, "shape": None} for name in (first, *fed)],
        "outputs": [{"name": name, "dtype": None, "shape": None} for name in made],
        "initializers": [{"name": name, "stored_dtype": str(array.dtype), "shape": list(array.shape)}
                         for name, array in more.items()],
        "nodes": [{"name": "n", "op_type": op_type, "domain": domain, "layer": "l", "since_version": version,
                   "attributes": attributes, "inputs": [{"formal": f, "tensor": f} for f in (first, *fed, *more)],
                   "outputs": [{"index": i, "tensor": name} for i, name in enumerate(made)]}],
    }  # fmt: skip
    return Graph.from_parts(operations, more)


@pytest.mark.parametrize(
    ("op_type", "version", "attributes"),
    [("ReduceMax", 18, {"keepdims": 2}), ("ReduceSum", 13, {"noop_with_empty_axes": -1}),
     ("MaxPool", 12, {"ceil_mode": 3, "kernel_shape": [2, 2]})],
)  # fmt: skip
def test_a_flag_is_0_or_1(op_type: str, version: int, attributes: dict[str, Any]) -> None:
    name, value = next(iter(attributes.items()))
    with pytest.raises(
        UserError, match=rf"node n \({op_type}\): {name} is {value}; expected 0 or 1\. Export the model"
    ):
        one_node(op_type, version, attributes)


def test_every_flag_is_an_attribute() -> None:
    known = {name for operator in OPERATORS.values() for version in operator.since_versions
             for name in operator.at(version).attributes}  # fmt: skip
    assert known >= FLAGS


def test_more_outputs_than_parts_are_refused() -> None:
    with pytest.raises(UserError, match=r"node n \(Split\) has 3 outputs and num_outputs is 2; expected as many"):
        one_node("Split", 18, {"num_outputs": 2}, outputs=3)


def test_a_normalization_may_have_any_scale() -> None:
    scale, bias = np.array([INF, 1], np.float32), np.zeros(2, np.float32)
    graph = one_node("InstanceNormalization", 6, {}, scale=scale, B=bias)
    y = graph.run({"input": np.array([[[1, 3], [1, 3]]], np.float32)})["y0"]
    np.testing.assert_allclose(y, np.array([[[NAN, NAN], [-1, 1]]], np.float32), atol=1e-4)
