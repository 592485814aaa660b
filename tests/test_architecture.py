"""The table says what MLPerf Tiny's ResNet8 is."""

from resnet8doc.architecture import FOLDED_WEIGHTS, LAYERS, WEIGHTS


def test_parameters_and_multiply_accumulates() -> None:
    assert sum(layer.parameters for layer in LAYERS.values()) == 78_666
    assert sum(layer.multiply_accumulates for layer in LAYERS.values()) == 12_501_632


def test_every_layer_comes_after_its_inputs() -> None:
    known = {"input"}
    for name, layer in LAYERS.items():
        assert set(layer.inputs) <= known
        known.add(name)


def test_same_padding_of_a_stride_of_two_puts_the_zero_at_the_end() -> None:
    assert LAYERS["stack2_conv1"].pads == (0, 0, 1, 1)
    assert LAYERS["stack2_shortcut"].pads == (0, 0, 0, 0)
    assert LAYERS["stem_conv"].pads == (1, 1, 1, 1)


def test_folding_leaves_convolutions_and_the_dense_layer() -> None:
    assert len(FOLDED_WEIGHTS) == 20
    assert set(FOLDED_WEIGHTS) < set(WEIGHTS)
    assert not any("_bn" in name for name in FOLDED_WEIGHTS)
