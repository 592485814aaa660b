"""GRU, LSTM and RNN against ONNX Runtime: every direction, sequences of unequal length, optional inputs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.ops import OPERATORS

Array = np.ndarray[Any, Any]
Compare = Callable[..., list[tuple[Array, Array]]]

GATES = {"GRU": 3, "LSTM": 4, "RNN": 1}
STEPS, ITEMS, FEATURES, SIZE = 6, 3, 5, 4


def inputs(op_type: str, directions: int, seed: int, optional: bool) -> list[Any]:
    """Return X, W, R and, if asked for, every optional input."""
    rng = np.random.default_rng(seed)

    def real(*shape: int) -> Array:
        return rng.normal(0, 0.7, shape).astype(np.float32)

    gates = GATES[op_type]
    given: list[Any] = [
        real(STEPS, ITEMS, FEATURES), real(directions, gates * SIZE, FEATURES), real(directions, gates * SIZE, SIZE)
    ]  # fmt: skip
    if not optional:
        return given
    given += [real(directions, 2 * gates * SIZE), np.array([6, 2, 4], np.int32), real(directions, ITEMS, SIZE)]
    return given + ([real(directions, ITEMS, SIZE), real(directions, 3 * SIZE)] if op_type == "LSTM" else [])


@pytest.mark.parametrize("opset", [7, 14, 22])
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("op_type", GATES)
def test_states_are_close(compare: Compare, op_type: str, direction: str, opset: int) -> None:
    count = 2 if direction == "bidirectional" else 1
    for seed in range(4):
        attributes: dict[str, Any] = {"direction": direction, "hidden_size": SIZE}
        if op_type == "GRU":
            attributes["linear_before_reset"] = seed // 2
        given = inputs(op_type, count, seed, bool(seed % 2))
        pairs = compare(op_type, given, opset=opset, outputs=3 if op_type == "LSTM" else 2, **attributes)
        assert len(pairs) == len(OPERATORS["", op_type].outputs)
        for expected, found in pairs:
            assert found.dtype == np.float32
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize(
    ("op_type", "names"),
    [("GRU", ["Relu", "Sigmoid"]), ("LSTM", ["Tanh", "Relu", "Sigmoid"]), ("RNN", ["Sigmoid"])],
)
def test_other_activations(compare: Compare, op_type: str, names: list[str]) -> None:
    given = inputs(op_type, 1, 9, True)
    for expected, found in compare(op_type, given, opset=14, outputs=2, activations=names, hidden_size=SIZE):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize(
    ("op_type", "attributes"), [("GRU", {}), ("RNN", {}), ("LSTM", {}), ("LSTM", {"input_forget": 1})]
)
def test_what_enters_an_activation_is_cut_off(compare: Compare, op_type: str, attributes: dict[str, Any]) -> None:
    given = inputs(op_type, 1, 9, True)
    cut, whole = (
        compare(op_type, given, opset=14, outputs=2, clip=clip, hidden_size=SIZE, **attributes) for clip in (0.3, 1e9)
    )
    for expected, found in (*cut, *whole):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)
    assert not np.allclose(cut[0][1], whole[0][1], atol=0.01)


@pytest.mark.parametrize("clip", [1e-45, 1e-38, 1e-30, 1e-10, 1e-5])
@pytest.mark.parametrize("op_type", ["GRU", "LSTM", "RNN"])
def test_what_is_cut_off_near_0(compare: Compare, op_type: str, clip: float) -> None:
    """RNN's tangent is a difference of two numbers near 1: of what is small it leaves nothing."""
    for expected, found in compare(op_type, inputs(op_type, 1, 9, True), opset=14, outputs=2, clip=clip,
                                   hidden_size=SIZE):  # fmt: skip
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=0)


@pytest.mark.parametrize("name", ["Tanh", "Sigmoid"])
def test_the_functions_of_a_plain_unit(compare: Compare, name: str) -> None:
    rng, one = np.random.default_rng(0), np.ones((1, 1, 1), np.float32)
    x = np.concatenate([rng.normal(0, size, 300) for size in (1e-9, 1e-5, 1e-3, 0.1, 1, 20, 99)])
    given = [x.astype(np.float32).reshape(1, -1, 1), one, 0 * one]
    ((expected, found),) = compare("RNN", given, opset=14, hidden_size=1, activations=[name])
    np.testing.assert_array_equal(found[..., :900, :], expected[..., :900, :])
    assert np.count_nonzero(found != expected) < 0.01 * x.size, "the library's exponential is not always the nearest"


@pytest.mark.parametrize(
    ("change", "attributes", "message"),
    [
        ({}, {"activations": ["Elu", "Tanh"]}, "activation Elu; expected one of Sigmoid, Tanh, Relu."),
        ({}, {"activations": ["Tanh"]}, "there are 1 activations; expected 2."),
        ({}, {"layout": 1}, "layout is 1; expected 0: steps along the first axis."),
        ({}, {"direction": "up"}, "direction is 'up'; expected one of forward, reverse, bidirectional."),
        ({}, {"clip": -1.5}, "clip is -1.5; expected a number above 0."),
        ({}, {"hidden_size": 9}, "hidden_size is 9; expected 4, as R has."),
        ({1: np.zeros((1, 9, 5), np.float32)}, {}, "W has shape [1, 9, 5]; expected [1, 12, 5]."),
        ({0: np.zeros((6, 3, 5))}, {}, "X is float64 [6, 3, 5]; expected float32 of 3 axes."),
        ({4: np.array([7, 0, 0], np.int32)}, {}, "sequence_lens are [7, 0, 0]; expected 3 numbers from 0 to 6."),
    ],
)
def test_what_does_not_fit_is_said(change: dict[int, Array], attributes: dict[str, Any], message: str) -> None:
    given = inputs("GRU", 1, 1, True)
    for place, value in change.items():
        given[place] = value
    with pytest.raises(UserError, match=re.escape(message)):
        OPERATORS["", "GRU"].function(*given, **attributes)


def test_a_model_that_leaves_inputs_and_outputs_out(tmp_path: Path) -> None:
    x, w, r, _, _, initial = inputs("GRU", 1, 3, True)
    node = helper.make_node("GRU", ["x", "w", "r", "", "", "h"], ["", "last"], hidden_size=SIZE, linear_before_reset=1)
    model = helper.make_model(
        helper.make_graph(
            [node], "gru", [helper.make_tensor_value_info("x", 1, [STEPS, "n", FEATURES])],
            [helper.make_tensor_value_info("last", 1, None)],
            [numpy_helper.from_array(array, name) for name, array in (("w", w), ("r", r), ("h", initial))],
        ),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
    )  # fmt: skip
    onnx.save(model, tmp_path / "gru.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "gru.onnx", providers=["CPUExecutionProvider"])
    found = load(tmp_path / "gru.onnx").run(x)
    np.testing.assert_allclose(found["last"], session.run(["last"], {"x": x})[0], rtol=1e-5, atol=2e-6)
