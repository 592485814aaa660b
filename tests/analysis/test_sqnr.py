"""SQNR and sensitivity: their laws, on a small network and on ResNet8."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc.analysis.pairs import dequantized, quantized, tensor_pairs
from resnet8doc.analysis.sensitivity import Simulation, sensitivity
from resnet8doc.analysis.sqnr import layer_sqnr, sqnr
from resnet8doc.graph import load

from ..playground.networks import images, networks


@given(st.floats(0.001, 1000), st.integers(0, 2**32 - 1))
def test_sqnr_does_not_depend_on_the_unit(factor: float, seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=50)
    noisy = x + np.random.default_rng(seed + 1).normal(size=50) / 10
    assert sqnr(x * factor, noisy * factor) == pytest.approx(sqnr(x, noisy))


@given(st.integers(0, 2**32 - 1))
def test_half_the_error_is_six_decibels_more(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, noise = random.normal(size=50), random.normal(size=50)
    assert sqnr(x, x + noise / 2) - sqnr(x, x + noise) == pytest.approx(20 * math.log10(2))


@given(st.floats(-2000, 2000))
def test_quantizing_and_back_is_within_half_a_step_or_clipped(value: float) -> None:
    graph, _ = networks()
    scale = 6.0
    back = float(
        dequantized(graph, "stem_conv_quantized", quantized(graph, "stem_conv_quantized", np.array([value])))[0]
    )
    nearest = min(max(value, 0.0), 255 * scale)
    assert abs(back - nearest) <= scale / 2 * 1.0001


def test_a_fused_convolution_is_compared_after_its_relu() -> None:
    graph, float_graph = networks()
    pairs = tensor_pairs(graph, float_graph)
    assert pairs["stem_conv_quantized"] == "stem_relu"
    assert pairs["pool_quantized"] == "pool"


@pytest.mark.criterion("16.3")
def test_local_and_cumulative_agree_where_nothing_lies_before() -> None:
    graph, float_graph = networks()
    pictures = images(4)
    entries = layer_sqnr(graph, graph.run(pictures, "all"), float_graph, float_graph.run(pictures, "all"))
    by_node = {entry.node: entry for entry in entries}
    assert by_node["nchw_QuantizeLinear"].local == math.inf  # pixels 0 to 255 at scale 1 are exact
    conv = by_node["stem_conv_quant"]
    assert conv.local == conv.cumulative
    assert 20 < conv.local < 70


def test_the_simulation_with_nothing_chosen_is_the_float_network() -> None:
    graph, float_graph = networks()
    simulation = Simulation(graph, float_graph)
    feeds = {"input": images(3).astype(np.float32)}
    plain = simulation.run(feeds, ())
    for name, value in float_graph.run(feeds["input"], "all").items():
        np.testing.assert_array_equal(plain[name], value)


def test_the_simulation_with_all_chosen_is_near_the_integers() -> None:
    graph, float_graph = networks()
    simulation = Simulation(graph, float_graph)
    feeds = {"input": images(3).astype(np.float32)}
    values = simulation.run(feeds, simulation.layers)
    integers = graph.run(images(3), "all")
    for codes, real in tensor_pairs(graph, float_graph).items():
        quantization = graph.quantization(codes)
        assert quantization is not None
        step = float(quantization.scale)
        gap = np.abs(values[real] - dequantized(graph, codes, integers[codes]))
        assert gap.max() <= step * 1.001


@pytest.mark.criterion("16.4")
def test_starting_before_a_layer_gives_what_starting_at_the_input_gives() -> None:
    """Sensitivity takes over what lies before a layer; running everything must count the same."""
    graph, float_graph = networks()
    pictures = images(8)
    labels = np.arange(8) % 10
    found = sensitivity(graph, float_graph, pictures, labels, progress=False)
    simulation = Simulation(graph, float_graph)
    feeds = {"input": pictures.astype(np.float32)}
    for entry in found["layers"]:
        others = [name for name in simulation.layers if name != entry["layer"]]
        for kind, chosen in (("alone_quantized", (entry["layer"],)), ("alone_float", others)):
            answers = simulation.run(feeds, chosen)["flatten"].argmax(axis=1)
            assert entry[kind]["correct"] == int((answers == labels).sum())


@pytest.mark.slow
@pytest.mark.criterion("16.3")
def test_every_layer_of_resnet8_has_both_ratios(artifact: Callable[[str], Path]) -> None:
    graph = load(artifact("models/resnet8_int8_qoperator_operations.json"))
    float_graph = load(artifact("models/resnet8_operations.json"))
    pictures = images(2)
    entries = layer_sqnr(graph, graph.run(pictures, "all"), float_graph, float_graph.run(pictures, "all"))
    assert {entry.layer for entry in entries} >= {"stem_conv", "stack1_add", "stack3_conv2", "pool", "dense", "softmax"}
    for entry in entries:
        if entry.layer == "input":  # pixels are whole numbers: a scale of 1 keeps them, and the ratio is infinite
            assert entry.cumulative > 40
        elif entry.layer != "softmax":
            assert 5 < entry.cumulative < 60
