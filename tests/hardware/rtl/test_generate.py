"""What the generator writes, and what it refuses by name."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.hardware.rtl import _generate as generator
from resnet8doc.hardware.rtl import expected_bytes, generate, layer_cycles
from resnet8doc.hardware.rtl._layers import Products, read_layers
from resnet8doc.hardware.rtl._places import Places
from resnet8doc.hardware.rtl._words import (
    ADDITION,
    ADDITION_FIXED,
    CHANNEL,
    CHANNEL_FIXED,
    HEADER,
    LAYER,
    bits_of,
    checksum,
    pack,
    unpack,
)

from .lite import small_lite

Array = npt.NDArray[Any]


def test_words_survive_packing() -> None:
    values = {"bias": -5, "mantissa": 2**23, "align": 15, "zero": -128}
    assert unpack(CHANNEL, pack(CHANNEL, values, "stem")) == values


@pytest.mark.parametrize(("field", "value"), [("bias", 2**24), ("bias", -(2**24) - 1), ("align", 16), ("mantissa", -1)])
def test_a_value_that_does_not_fit_is_refused(field: str, value: int) -> None:
    with pytest.raises(UserError, match=rf"layer stem needs {field} = {value}; expected"):
        pack(CHANNEL, {field: value}, "stem")


def test_the_package_has_the_fields_of_the_generator() -> None:
    from resnet8doc.hardware.rtl import source

    text = source("resnet8_pkg").read_text()
    types = {"layer_t": LAYER, "channel_t": CHANNEL, "channel_fixed_t": CHANNEL_FIXED, "header_t": HEADER,
             "addition_t": ADDITION, "addition_fixed_t": ADDITION_FIXED}  # fmt: skip
    for name, fields in types.items():
        body = text[: text.find(f"}} {name};")].rsplit("struct packed {", 1)[1]
        assert re.findall(r"^\s*logic [^;/]*?(\w+);", body, re.M) == [field for field, _ in fields], name


def test_the_header_has_the_checksums(network: Graph) -> None:
    made = generate(network, 4)
    words = {name: [int(line, 16) for line in text.split()] for name, text in made.files.items()}
    header = unpack(HEADER, words["program.hex"][0] & (1 << bits_of(HEADER)) - 1)
    assert header["program_sum"] == checksum(words["program.hex"][1:], bits_of(LAYER))
    assert header["channels_sum"] == checksum(words["channels.hex"], bits_of(CHANNEL))
    assert header["pixels_sum"] == checksum(words["pixels.hex"], 8)


def test_tensors_do_not_overlap_while_they_live() -> None:
    places = Places()
    assert [places.put(name, size) for name, size in (("a", 4), ("b", 4), ("c", 4))] == [0, 4, 8]
    places.free("b")
    assert places.put("d", 5) == 12
    assert places.put("e", 3) == 4
    assert places.replace("a", "f") == 0
    assert places.peak == 17


def test_uint8_weights_have_nine_bits(make_network: Callable[..., Graph]) -> None:
    assert generate(make_network(1, "uint8", "uint8", False), 4).parameters["WEIGHT_BITS"] == 9
    assert generate(make_network(1, "int8", "int8", True), 4).parameters["WEIGHT_BITS"] == 8


def test_what_the_bench_must_write_has_the_words_that_are_announced(network: Graph, images: Array) -> None:
    made = generate(network, 4)
    expected = expected_bytes(network, made, images[:2])
    assert len(expected) == 2 * (4 * made.words + made.parameters["CLASSES"])


def change(monkeypatch: pytest.MonkeyPatch, name: str, **fields: Any) -> None:
    """Give the generator the network with one layer changed."""

    def changed(graph: Graph) -> Any:
        layers = read_layers(graph)
        return replace(layers, layers=tuple(
            replace(layer, **fields) if layer.name == name else layer for layer in layers.layers
        ))  # fmt: skip

    monkeypatch.setattr(generator, "read_layers", changed)


REFUSED = [
    pytest.param({"stride": (3, 3)}, r"layer down_quant has strides \[3, 3\]; expected \[1, 1\] or", id="stride"),
    pytest.param({"pads": (1, 0, 0, 0)}, r"layer down_quant has pads \[1, 0, 0, 0\]; expected top and left", id="pads"),
    pytest.param({"weights": np.zeros((6, 3, 1, 4), np.int64)}, "layer down_quant has 3 x 1 window; expected a square",
                 id="window"),
    pytest.param({"multipliers": np.full(6, 0.75, np.float32)}, r"layer down_quant, channel 0: the multiplier is 0.75",
                 id="multiplier"),
    pytest.param({"bias": np.full(6, 129 << 18), "multipliers": np.full(6, 2.0**-19, np.float32)},
                 r"layer down_quant, channel 0: sums reach from \d+ to \d+; expected 25 bits", id="sums"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "message"), REFUSED)
def test_what_the_machine_cannot_take_is_refused_by_name(
    network: Graph, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], message: str
) -> None:
    names = [layer.name for layer in read_layers(network).layers if isinstance(layer, Products)]
    assert "down_quant" in names
    change(monkeypatch, "down_quant", **fields)
    with pytest.raises(UserError, match=message):
        generate(network, 4)


def without(monkeypatch: pytest.MonkeyPatch, keep: Callable[[Any], Any]) -> None:
    """Give the generator a changed network."""
    monkeypatch.setattr(generator, "read_layers", lambda graph: keep(read_layers(graph)))


def test_a_result_of_several_pixels_is_refused(network: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, lambda read: replace(read, layers=read.layers[:3]))
    with pytest.raises(UserError, match=r"the last layer, first_add_quant, makes 8 x 8 x 4 codes; expected one code"):
        generate(network, 4)


def test_an_addition_of_the_image_is_refused(network: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(read: Any) -> Any:
        layers = [replace(e, source=read.image) if e.name == "first_add_quant" else e for e in read.layers]
        return replace(read, layers=tuple(layers))

    without(monkeypatch, changed)
    with pytest.raises(UserError, match=r"layer first_add_quant reads the image; expected a convolution"):
        generate(network, 4)


def test_more_activations_than_addresses_are_refused(network: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Places, "__init__", lambda self: self.__dict__.update(start={}, size={}, peak=16_385))
    with pytest.raises(UserError, match=r"small takes 16,385 words of activations; expected at most 16,384"):
        generate(network, 4)


def test_more_weights_than_steps_are_refused(network: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = next(layer for layer in read_layers(network).layers if layer.name == "down_quant")
    assert isinstance(layer, Products)
    change(monkeypatch, "down_quant", weights=np.zeros((6, 65, 65, 4), np.int64))
    monkeypatch.setattr(generator._Generator, "_check", lambda *_: None)
    with pytest.raises(UserError, match=r"small takes [\d,]+ steps of weights; expected at most 8,192"):
        generate(network, 4)


def test_several_outputs_are_refused(network: Graph) -> None:
    two = replace(network, outputs=(*network.outputs, network.info["pooled"]))
    with pytest.raises(UserError, match="small has 9 layers and 2 outputs; expected layers, and one output"):
        generate(two, 4)


def test_a_stored_map_is_refused(network: Graph) -> None:
    node = network.node("first_add_quant")
    second = replace(node.inputs[3], tensor="map", parameter=True)
    inputs = (*node.inputs[:3], second, *node.inputs[4:])
    nodes = tuple(replace(node, inputs=inputs) if n.name == node.name else n for n in network.nodes)
    parameters = {**network.parameters, "map": np.zeros((4, 1, 1), np.int8)}
    with pytest.raises(UserError, match=r"layer first_add_quant adds a stored tensor of \[4, 1, 1\] to 8 x 8 x 4"):
        generate(replace(network, nodes=nodes, parameters=parameters), 4)


def test_a_channel_that_never_steps_is_a_constant(network: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = next(layer for layer in read_layers(network).layers if layer.name == "down_quant")
    assert isinstance(layer, Products)
    change(monkeypatch, "down_quant", bias=np.full(6, 2**30))
    made = generate(network, 4)
    place = next(n for n, step in enumerate(made.steps) if step.layer == "down_quant")
    line = made.files["channels.hex"].split()[made.program[place]["channel"]]
    assert unpack(CHANNEL, int(line, 16)) == {"bias": 0, "mantissa": 0, "align": 0, "zero": 127}


def test_another_arithmetic_is_refused_by_its_name(network: Graph) -> None:
    with pytest.raises(UserError, match=r"the arithmetic is XNNPACK in LiteRT; expected one of onnxruntime_x86, "):
        generate(network.with_runtime("xnnpack"), 4)


def test_fixed_point_takes_no_operator_of_onnx_runtime_alone(network: Graph) -> None:
    with pytest.raises(UserError, match=r"layer pool_quant is QLinearGlobalAveragePool; expected one of QLinear"):
        generate(network.with_runtime("tflite_reference"), 4)


def test_fixed_point_takes_no_uint8(make_network: Callable[..., Graph]) -> None:
    with pytest.raises(UserError, match="has uint8 codes; expected int8 codes, as TensorFlow Lite's kernels have them"):
        generate(make_network(1, "uint8", "uint8", False).with_runtime("tflite_micro"), 4)


def test_codes_that_fill_no_block_are_refused_in_the_builtin_kernels() -> None:
    lite = small_lite(out=4)
    assert generate(lite.with_runtime("tflite_builtin"), 4).parameters["ARITHMETIC"] == 1
    read = generate(lite, 4)
    assert [step.layer for step in read.steps] == ["stem_quant", "second_quant", "first_add_quant", "pool_quant",
                                                   "dense_quant"]  # fmt: skip


def test_a_dense_layer_across_is_refused() -> None:
    lite = small_lite()
    node = replace(lite.node("dense_quant"), attributes={**lite.node("dense_quant").attributes, "alpha": 0.5})
    nodes = tuple(node if n.name == node.name else n for n in lite.nodes)
    with pytest.raises(UserError, match=r"layer dense_quant has transA = 0 and alpha = 0\.5; expected 0 and 1"):
        generate(replace(lite, nodes=nodes), 4)


def test_a_factor_of_one_or_more_is_refused_by_channel() -> None:
    lite = small_lite()
    coarse = lite.with_parameters({"stem_y_scale": np.float32(1e-6)})
    with pytest.raises(UserError, match=r"layer stem_quant, channel 0: the factor is .*; expected below 1"):
        generate(coarse, 4)


def test_other_lanes_are_refused(network: Graph) -> None:
    with pytest.raises(UserError, match="5 lanes; expected 4, 8, 16, 32 or 64"):
        generate(network, 5)


def test_a_float_model_is_refused(artifact: Callable[[str], Any]) -> None:
    from resnet8doc import graph as engine

    model = engine.load(artifact("models/resnet8_operations.json"))
    with pytest.raises(UserError, match="QOperator"):
        generate(model)


def test_sums_shorter_than_the_lanes_wait() -> None:
    assert layer_cycles({"words": 0, "kernel": 2, "size": 31, "groups": 0}, 16)["waits"] == 7 * 1023
