"""Edits: read, written, made to a graph; their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc import playground as pg
from resnet8doc.errors import UserError
from resnet8doc.faults import Rounded, Wraps
from resnet8doc.runtimes import ONNXRUNTIME_X86

from .networks import images, networks

CONV = "stem_conv_quantized"
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_/:.-0123456789", min_size=1, max_size=20)


@given(
    st.lists(st.builds(pg.Edit, st.sampled_from(["redesign", "fault", "arithmetic", "weights"]), NAMES, NAMES, NAMES))
)
def test_edits_survive_the_address(edits: list[pg.Edit]) -> None:
    assert pg.from_text(pg.to_text(edits)) == tuple(edits)


@pytest.mark.parametrize("text", ["explode", "redesign~a~b", "magic~a~b~c", "redesign~a~b~c!"])
def test_a_made_up_list_of_edits_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="the link has an edit"):
        pg.from_text(text)


def test_the_same_place_is_changed_once() -> None:
    first, second = (pg.Edit("redesign", CONV, "scale", value) for value in ("1", "2"))
    other = pg.Edit("redesign", CONV, "zero_point", "3")
    assert pg.add(pg.add((), first), second) == (second,)
    assert pg.add(pg.add(pg.add((), first), other), second) == (first, other, second)


def test_no_edit_changes_nothing() -> None:
    graph, float_graph = networks()
    original = pg.Run.of(graph, images())
    modified = pg.apply(graph, float_graph, ())
    assert modified.changed(graph) == []
    assert pg.rerun(original, modified).values is original.values


@pytest.mark.criterion("17.1")
@given(st.floats(0.0625, 128, width=32))
def test_a_redesign_moves_producer_and_consumers_together(scale: float) -> None:
    """All who read the scale get it; what is computed on is the new real value, with no edge out of step."""
    graph, float_graph = networks()
    modified = pg.apply(graph, float_graph, [pg.Edit("redesign", CONV, "scale", repr(scale))]).graph
    for node, formal in (("stem_conv_quant", "y_scale"), ("pool_quant", "x_scale")):
        assert modified.parameters[str(modified.node(node).tensor(formal))] == np.float32(scale)
    assert float(graph.parameters["stem_conv_scale"]) == 6.0


def test_redesigning_an_input_scale_requantizes_the_bias_from_float() -> None:
    graph, float_graph = networks()
    modified = pg.apply(graph, float_graph, [pg.Edit("redesign", "nchw_quantized", "scale", "0.5")]).graph
    scale = np.float64(np.float32(0.5) * graph.parameters["stem_conv/kernel_scale"])
    expected = np.rint(float_graph.parameters["stem_conv/bias"] / scale)
    np.testing.assert_array_equal(modified.parameters["stem_conv/bias_quantized"], expected)


@given(st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_a_fault_touches_one_operator_alone(factor: float) -> None:
    graph, float_graph = networks()
    edit = pg.Edit("fault", "pool_quant", "x_scale", repr(6.0 * factor))
    modified = pg.apply(graph, float_graph, [edit])
    assert modified.changed(graph) == ["pool_quant"]
    original = pg.Run.of(graph, images())
    after = pg.rerun(original, modified)
    assert after.values[CONV] is original.values[CONV]
    assert (after.values["pool_quantized"] != original.values["pool_quantized"]).any()


def test_what_lies_before_the_change_is_not_run_again() -> None:
    graph, float_graph = networks()
    original = pg.Run.of(graph, images())
    after = pg.rerun(original, pg.apply(graph, float_graph, [pg.Edit("redesign", "pool_quantized", "scale", "1")]))
    assert after.values["nchw_quantized"] is original.values["nchw_quantized"]
    assert after.values[CONV] is original.values[CONV]
    assert after.values["flatten"] is not original.values["flatten"]


@given(st.sampled_from(["rounding=floor", "overflow=wrap", "relu=code_zero", "accumulator_bits=12"]))
def test_rerun_equals_running_it_all(text: str) -> None:
    graph, float_graph = networks()
    field, value = text.split("=")
    modified = pg.apply(graph, float_graph, [pg.Edit("arithmetic", "*", field, value)])
    pictures = images(2)
    expected = modified.graph.run(pictures, "all", runtime=modified.runtimes)
    after = pg.rerun(pg.Run.of(graph, pictures), modified)
    for tensor, value_of in expected.items():
        np.testing.assert_array_equal(after.values[tensor], value_of)


def test_a_mistake_in_one_node_leaves_the_others() -> None:
    graph, float_graph = networks()
    edits = [
        pg.Edit("arithmetic", "pool_quant", "rounding", "floor"),
        pg.Edit("arithmetic", "pool_quant", "overflow", "wrap"),
    ]
    modified = pg.apply(graph, float_graph, edits)
    assert set(modified.runtimes) == {"pool_quant"}
    assert modified.runtimes["pool_quant"] == ONNXRUNTIME_X86.with_fault(Rounded("floor"), Wraps())


def test_a_mistake_that_an_operator_cannot_make_is_refused() -> None:
    graph, float_graph = networks()
    with pytest.raises(UserError, match="padding=zero_code cannot be made in pool_quant"):
        pg.apply(graph, float_graph, [pg.Edit("arithmetic", "pool_quant", "padding", "zero_code")])


def test_a_mistake_can_be_taken_back() -> None:
    graph, float_graph = networks()
    edits = [pg.Edit("arithmetic", "*", "rounding", "floor"), pg.Edit("arithmetic", "*", "rounding", "right")]
    assert pg.apply(graph, float_graph, edits).runtimes == {}


@pytest.mark.parametrize("bits", range(2, 9))
def test_fewer_bits_use_fewer_codes(bits: int) -> None:
    graph, float_graph = networks()
    modified = pg.apply(graph, float_graph, [pg.Edit("weights", "stem_conv_quant", "bits", str(bits))]).graph
    codes = modified.parameters["stem_conv/kernel_quantized"]
    assert codes.dtype == np.int8
    assert np.abs(codes.astype(int)).max() <= 2 ** (bits - 1) - (bits < 8)
    step = modified.parameters["stem_conv/kernel_scale"].reshape(-1, 1, 1, 1)
    assert np.abs(codes * step - float_graph.parameters["stem_conv/kernel"]).max() <= step.max() / 2 * 1.0001


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "1e-20", "1e20", "", "two"])
def test_a_bad_scale_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="the scale is"):
        pg.parse_scale(text)


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (pg.Edit("redesign", "no_such", "scale", "1"), "no_such has no scale"),
        (pg.Edit("redesign", CONV, "zero_point", "128"), "the zero point is 128"),
        (pg.Edit("redesign", CONV, "zero_point", "1.5"), "the zero point is '1.5'"),
        (pg.Edit("redesign", CONV, "colour", "1"), "redesign of 'colour'"),
        (pg.Edit("fault", "no_such", "x_scale", "1"), "there is no node 'no_such'"),
        (pg.Edit("fault", "pool_quant", "strides", "1"), "pool_quant has no stored strides"),
        (pg.Edit("weights", "pool_quant", "bits", "4"), "has no weights"),
        (pg.Edit("weights", "stem_conv_quant", "bits", "9"), "weights of 9 bits"),
        (pg.Edit("arithmetic", "*", "rounding", "nearest"), "rounding is 'nearest'"),
        (pg.Edit("arithmetic", "*", "accumulator_bits", "many"), "accumulator_bits is 'many'"),
        (pg.Edit("arithmetic", "*", "colour", "red"), "there is no fault 'colour'"),
    ],
)
def test_a_bad_edit_is_a_sentence(edit: pg.Edit, found: str) -> None:
    graph, float_graph = networks()
    with pytest.raises(UserError) as caught:
        pg.apply(graph, float_graph, [edit])
    assert found in str(caught.value)
