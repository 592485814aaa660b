"""Layers of TensorFlow Lite in other shapes than usual, in every kernel set: groups, means and rows of any axes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from resnet8doc.errors import UserError
from resnet8doc.oracles import KERNELS, Spec, operator_file, pack
from resnet8doc.proof import TfliteCase, failure_tflite, prove_tflite
from resnet8doc.proof._tflite_operators import in_both
from resnet8doc.reading.tflite import read
from resnet8doc.runtimes import RUNTIMES

CASES = 20
Random = np.random.Generator


def codes(rng: Random, *shape: int) -> Any:
    return rng.integers(-128, 128, shape).astype(np.int8)


def layer(rng: Random, kind: str, shape: tuple[int, ...], weights: tuple[int, ...], out: tuple[int, ...],
          **options: int) -> TfliteCase:  # fmt: skip
    """Return a layer of random scales, per channel in a convolution."""
    many = weights[0] if kind == "CONV_2D" else 1
    x, w = rng.uniform(0.01, 0.1), rng.uniform(0.003, 0.01, many)
    y = x * w.max() * 200
    zeros = rng.integers(-128, 128, 2).tolist()
    inputs = [
        Spec(shape, scale=np.float32(x), zero_point=zeros[0]),
        Spec(weights, scale=w.astype(np.float32), data=codes(rng, *weights).clip(-127)),
        Spec((weights[0],), np.int32, x * w, data=rng.integers(-5000, 5000, weights[0]).astype(np.int32)),
    ]
    made = Spec(out, scale=np.float32(y), zero_point=zeros[1])
    return TfliteCase(operator_file(kind, inputs, made, options), (codes(rng, *shape),))


def groups(rng: Random) -> TfliteCase:
    return layer(rng, "CONV_2D", (1, 6, 7, 12), (8, 3, 3, 6), (1, 6, 7, 8), strideH=1, strideW=1, dilationHFactor=1,
                 dilationWFactor=1, padding=0)  # fmt: skip


def rows(rng: Random) -> TfliteCase:
    return layer(rng, "FULLY_CONNECTED", (1, 5, 6), (4, 6), (1, 5, 4), keepNumDims=True)


def rows_of_images(rng: Random) -> TfliteCase:
    return layer(rng, "FULLY_CONNECTED", (1, 3, 5, 6), (4, 6), (1, 3, 5, 4), keepNumDims=True)


def means(rng: Random) -> TfliteCase:
    shape, axes = [((1, 9, 20), [1]), ((1, 9, 20), [2]), ((1, 4, 5, 18), [3]), ((1, 4, 5, 18), [1]),
                   ((1, 4, 5, 18), [1, 2, 3]), ((1, 30), [1])][int(rng.integers(6))]  # fmt: skip
    keep = bool(rng.integers(2))
    out = tuple(1 if axis in axes else size for axis, size in enumerate(shape) if keep or axis not in axes)
    if len(out) == 4 and not keep:
        return means(rng)
    x, zeros = rng.uniform(0.01, 0.1), rng.integers(-128, 128, 2).tolist()
    y = x * rng.uniform(0.1, 1.5)
    where = Spec((len(axes),), np.int32, data=np.array(axes, np.int32))
    inputs = [Spec(shape, scale=np.float32(x), zero_point=zeros[0]), where]
    made = Spec(out, scale=np.float32(y), zero_point=zeros[1])
    return TfliteCase(operator_file("MEAN", inputs, made, {"keepDims": keep}), (codes(rng, *shape),))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("make", [groups, rows, rows_of_images, means])
def test_equal_in_every_kernel_set(make: Callable[[Random], TfliteCase], kernels: str, tmp_path: Path) -> None:
    for number in range(CASES):
        ours, theirs = in_both(make(np.random.default_rng(number)), tmp_path / "one.tflite", kernels)
        np.testing.assert_array_equal(ours, theirs, str(number))


def test_groups_of_one_channel_are_told_from_a_depthwise_convolution(tmp_path: Path) -> None:
    """The built-in kernels round the one in the reference kernels and the other in their own."""
    case = layer(np.random.default_rng(0), "CONV_2D", (1, 6, 7, 4), (4, 3, 3, 1), (1, 6, 7, 4), strideH=1, strideW=1,
                 dilationHFactor=1, dilationWFactor=1)  # fmt: skip
    path = tmp_path / "one.tflite"
    path.write_bytes(case.content)
    with pytest.raises(UserError, match="DepthwiseConv2D"):
        read(path)


def test_a_mismatch_counts_where_no_trace_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has the product after a Transpose, which has no trace; held to another arithmetic it must differ."""
    rng = np.random.default_rng(0)
    x, w = Spec((1, 3, 40, 20), scale=1 / 16), Spec((1, 3, 20, 30), scale=1 / 32, data=codes(rng, 1, 3, 20, 30))
    path = tmp_path / "product.tflite"
    path.write_bytes(operator_file("BATCH_MATMUL", [x, w], Spec((1, 3, 40, 30), scale=4.0)))
    fed = codes(rng, 4, 3, 40, 20)
    right = prove_tflite(path, fed, "tflite_reference", progress=False)
    assert right["first_mismatch"] is None
    monkeypatch.setitem(RUNTIMES, "tflite_reference", RUNTIMES["onnxruntime_x86"])
    wrong = prove_tflite(path, fed, "tflite_reference", progress=False)
    first = wrong["first_mismatch"]
    assert (first["op_type"], isinstance(first["trace"], str)) == ("Transpose", True)
    said = failure_tflite(wrong)
    assert said is not None
    assert said.count("\n") == 1, "where it differs, and no steps"


def test_what_nothing_reads_is_not_compared_where_a_runtime_leaves_it_out(tmp_path: Path) -> None:
    """XNNPACK does not compute an output of SPLIT that nothing reads."""
    path = tmp_path / "split.tflite"
    parts = [Spec((1, 4), scale=0.5, zero_point=3)] * 3
    axis = Spec((1,), np.int32, data=np.array([1], np.int32))
    split, curve = (
        schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
        for content in (
            operator_file("SPLIT", [axis, Spec((1, 12), scale=0.5, zero_point=3)], parts, {"numSplits": 3}),
            operator_file("LOGISTIC", parts[:1], Spec((1, 4), scale=1 / 256, zero_point=-128)),
        )
    )
    graph, made = split.subgraphs[0], curve.subgraphs[0].tensors[1]
    made.name = b"curve"
    operation = curve.subgraphs[0].operators[0]
    operation.opcodeIndex, operation.inputs, operation.outputs = 1, [2], [len(graph.tensors)]
    graph.tensors.append(made)
    graph.operators.append(operation)
    graph.outputs = operation.outputs
    split.operatorCodes += curve.operatorCodes
    path.write_bytes(pack(split))
    for kernels in KERNELS:
        proof = prove_tflite(path, codes(np.random.default_rng(0), 2, 12), kernels, progress=False)
        assert proof["totals"]["local_mismatches"] == 0
        assert proof["totals"]["values"] == 2 * (8 if kernels == "xnnpack" else 16)
