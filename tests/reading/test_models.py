"""A model's bytes read without onnx's compiled half: what extract writes, or a sentence."""

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.extract import read_operations
from resnet8doc.extract.standard import standard
from resnet8doc.graph import Graph
from resnet8doc.reading import read_model
from resnet8doc.reading.onnx import since_versions
from resnet8doc.reading.onnx._tensor import read_tensor


def without_inner_types(operations: dict[str, Any]) -> dict[str, Any]:
    """Return an extraction without what only ONNX Runtime infers: types and shapes of computed tensors."""
    result = {key: value for key, value in operations.items() if key not in ("nodes", "outputs")}
    result["outputs"] = [entry["name"] for entry in operations["outputs"]]
    result["nodes"] = [
        node
        | {
            "inputs": [
                entry if entry["initializer"] else {k: v for k, v in entry.items() if k not in ("dtype", "shape")}
                for entry in node["inputs"]
            ],
            "outputs": [{k: v for k, v in entry.items() if k not in ("dtype", "shape")} for entry in node["outputs"]],
        }
        for node in operations["nodes"]
    ]
    return result


def attempt(read: Callable[[], tuple[dict[str, Any], Any]]) -> tuple[dict[str, Any], Any] | str:
    """Return what is read, or the sentence that refuses it."""
    try:
        return read()
    except UserError as error:
        return str(error)


def expect_equal(path: Path) -> None:
    """Read a file both ways and compare: all of a TensorFlow Lite file, of an ONNX file all but inner types."""
    operations, tensors = read_operations(path)
    read, stored = read_model(path.read_bytes(), path.name)
    if path.suffix == ".tflite":
        assert read == operations
    else:
        assert without_inner_types(read) == without_inner_types(operations)
    assert {name: (array.dtype, array.shape, array.tobytes()) for name, array in stored.items()} == {
        name: (array.dtype, array.shape, array.tobytes()) for name, array in tensors.items()
    }


def test_every_model_of_the_build(artifact: Callable[[str], Path]) -> None:
    folder = artifact("models/resnet8.onnx").parent
    paths = sorted(p for p in folder.glob("resnet8*.*") if p.suffix == ".onnx" or p.name == "resnet8_int8.tflite")
    assert len(paths) > 10
    for path in paths:
        expect_equal(path)


def test_every_network_that_others_made(networks: Path) -> None:
    paths = sorted(p for p in networks.iterdir() if p.suffix in (".onnx", ".tflite"))
    refused = {}
    for path in paths:
        found = attempt(partial(read_operations, path))
        if isinstance(found, str):
            refused[path] = found
        else:
            expect_equal(path)
    for path, sentence in refused.items():
        assert attempt(partial(read_model, path.read_bytes(), path.name)) == sentence
    assert len(refused) < len(paths)


def test_the_standards_versions_are_the_onnx_packages() -> None:
    assert since_versions() == standard(), "write them again: python -m resnet8doc.extract.standard"


KINDS: dict[int, Any] = {
    TensorProto.FLOAT: np.float32, TensorProto.DOUBLE: np.float64, TensorProto.FLOAT16: np.float16,
    TensorProto.INT8: np.int8, TensorProto.UINT8: np.uint8, TensorProto.INT16: np.int16,
    TensorProto.UINT16: np.uint16, TensorProto.INT32: np.int32, TensorProto.UINT32: np.uint32,
    TensorProto.INT64: np.int64, TensorProto.UINT64: np.uint64, TensorProto.BOOL: np.bool_,
}  # fmt: skip
NARROW: dict[int, tuple[int, int]] = {
    TensorProto.INT4: (-8, 7), TensorProto.UINT4: (0, 15), TensorProto.INT2: (-2, 1), TensorProto.UINT2: (0, 3),
}  # fmt: skip


@given(st.sampled_from([*KINDS, *NARROW]), st.booleans(), st.integers(0, 9), st.randoms())
def test_a_stored_tensor_is_what_onnx_says(kind: int, raw: bool, count: int, rng: random.Random) -> None:
    if kind in NARROW:
        low, high = NARROW[kind]
        tensor = helper.make_tensor("t", kind, [count], [rng.randint(low, high) for _ in range(count)])
        if raw:
            packed = np.array(tensor.int32_data, np.uint8).tobytes()
            tensor = TensorProto(name="t", data_type=kind, dims=[count], raw_data=packed)
    else:
        content = rng.randbytes(count * np.dtype(KINDS[kind]).itemsize)
        values = np.frombuffer(content, KINDS[kind]) if kind != TensorProto.BOOL else np.array(list(content)) > 127
        plain = values.view(np.uint16) if kind == TensorProto.FLOAT16 and not raw else values
        tensor = (
            TensorProto(name="t", data_type=kind, dims=[count], raw_data=values.tobytes())
            if raw or kind == TensorProto.FLOAT16
            else helper.make_tensor("t", kind, [count], plain.tolist())
        )
        if kind == TensorProto.FLOAT16 and not raw:
            tensor = TensorProto(name="t", data_type=kind, dims=[count], int32_data=plain.tolist())
    _, found = read_tensor(tensor, "t")
    expected = numpy_helper.to_array(tensor)
    assert found.dtype == (np.int8 if kind in (TensorProto.INT4, TensorProto.INT2) else
                           np.uint8 if kind in NARROW else expected.dtype)  # fmt: skip
    np.testing.assert_array_equal(found, expected.astype(found.dtype))


def small() -> onnx.ModelProto:
    """Return a small network whose codes come out."""
    stored = {
        "s": np.float32(0.1), "z": np.int8(3), "w": np.arange(-54, 54).astype(np.int8).reshape(4, 3, 3, 3),
        "ws": np.full(4, 0.01, np.float32), "wz": np.zeros(4, np.int8),
    }  # fmt: skip
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], name="quantize"),
        helper.make_node("QLinearConv", ["q", "s", "z", "w", "ws", "wz", "s", "z"], ["c"], name="conv", pads=[1] * 4),
        helper.make_node("MaxPool", ["c"], ["y"], name="pool", kernel_shape=[2, 2], strides=[2, 2]),
    ]
    graph = helper.make_graph(
        nodes, "small", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 6, 6])],
        [helper.make_tensor_value_info("y", TensorProto.INT8, ["batch", 4, 3, 3])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in stored.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)


def test_unknown_operators_are_named_all_at_once_with_whatever_names() -> None:
    model = small()
    model.graph.node.append(helper.make_node("Multinomial", ["y"], ["a"], name="<script>alert(1)</script>"))
    model.graph.node.append(helper.make_node("Tell", ["a"], ["b"], name="second", domain="made.up"))
    with pytest.raises(UserError) as refused:
        read_model(model.SerializeToString(), "m.onnx")
    assert "Multinomial (<script>alert(1)</script>); made.up.Tell (second)" in refused.value.found


@pytest.mark.parametrize(
    ("content", "file", "said"),
    [
        (b"", "a.onnx", "a.onnx holds no nodes"),
        (b"\xff" * 40, "a.onnx", "a.onnx cannot be read"),
        (b"PK\x03\x04 a zip", "a.onnx", "a.onnx cannot be read"),
        (b"nothing", "a.tflite", "is not marked as a TensorFlow Lite file"),
        (b"\x1c\x00\x00\x00TFL3" + b"\xff" * 40, "a.tflite", "a.tflite is damaged or incomplete"),
        (b"x", "a.pb", "a.pb ends in neither"),
    ],
)
def test_what_is_no_model(content: bytes, file: str, said: str) -> None:
    with pytest.raises(UserError, match="; expected ") as refused:
        read_model(content, file)
    assert said in str(refused.value)


@pytest.mark.parametrize("dims", [[1 << 31], [1 << 40, 1 << 40], [-1], [1 << 62, 4]])
def test_a_shape_that_claims_gigabytes(dims: list[int]) -> None:
    model = small()
    model.graph.initializer[2].dims[:] = dims
    with pytest.raises(UserError, match="the stored tensor w "):
        read_model(model.SerializeToString(), "m.onnx")


def test_numbers_in_another_file() -> None:
    model = small()
    tensor = model.graph.initializer[2]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    with pytest.raises(UserError, match="lie in another file"):
        read_model(model.SerializeToString(), "m.onnx")


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return bytes with some of them changed, cut out or said twice."""
    result = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(result))
        kind = rng.randrange(4)
        if kind == 0:
            result[at] = rng.randrange(256)
        elif kind == 1:
            del result[at : at + rng.randint(1, 8)]
        elif kind == 2:
            result[at:at] = result[at : at + rng.randint(1, 8)]
        else:
            del result[at + 1 :]
    return bytes(result)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the machines that run this are shared
@given(st.randoms(use_true_random=False), st.booleans())
def test_mutated_bytes_are_a_sentence_or_what_extract_reads(
    artifact: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory, rng: random.Random, lite: bool
) -> None:
    if lite:
        # A mutation in the weights says nothing; the tables at the end do.
        whole = artifact("models/resnet8_int8.tflite").read_bytes()
        content = whole[:64] + mutated(whole[64:], rng) if rng.random() < 0.5 else mutated(whole, rng)
    else:
        content = mutated(small().SerializeToString(), rng)
    path = tmp_path_factory.mktemp("mutated") / ("m.tflite" if lite else "m.onnx")
    path.write_bytes(content)
    read = attempt(lambda: read_model(content, path.name))
    if isinstance(read, str):
        assert "; expected " in read
        return
    Graph.from_parts(*read)
    extracted = attempt(lambda: read_operations(path))
    if isinstance(extracted, str):
        assert "ONNX Runtime refuses" in extracted, "the desk refuses only what ONNX Runtime does"
        return
    assert without_inner_types(read[0]) == without_inner_types(extracted[0])
    assert {name: array.tobytes() for name, array in read[1].items()} == {
        name: array.tobytes() for name, array in extracted[1].items()
    }
