"""L2_NORMALIZATION of TensorFlow Lite: its integers, and what is refused."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.oracles import KERNELS, Spec, interpret, operator_file
from resnet8doc.runtimes._gemmlowp import inverse_root

UNIT = np.float32(1 / 128)


def rows(shape: tuple[int, ...], dtype: type = np.int8, zero: int = 0) -> Spec:
    return Spec(shape, dtype, scale=np.float32(0.05), zero_point=zero)


def made(shape: tuple[int, ...], scale: float = 1 / 128, zero: int = 0) -> Spec:
    return Spec(shape, scale=np.float32(scale), zero_point=zero)


@given(st.integers(2, (1 << 31) - 1))
def test_an_inverse_root_is_close(value: int) -> None:
    m, e = inverse_root(value)
    assert 0 < m < 1 << 31
    assert math.isclose(m * 2.0 ** (e - 31), value**-0.5, rel_tol=1e-5)


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("axes", range(1, 6))
def test_the_last_axis_of_any_tensor(axes: int, kernels: str, tmp_path: Path) -> None:
    shape, rng, path = (1, 4, 2, 3, 5)[-axes:], np.random.default_rng(axes), tmp_path / "one.tflite"
    path.write_bytes(operator_file("L2_NORMALIZATION", [rows(shape, zero=-7)], made(shape)))
    codes, graph = rng.integers(-128, 128, shape).astype(np.int8), load(path)
    if kernels == "tflite_micro" and axes == 5:
        with pytest.raises(UserError, match="Micro has no L2_NORMALIZATION of 5 axes"):
            graph.run(codes, runtime=kernels)
        return
    (found,) = graph.run(codes, runtime=kernels).values()
    interpreter = interpret(path.read_bytes(), kernels)
    interpreter.run({0: codes})
    np.testing.assert_array_equal(found, interpreter.tensor(1))


@pytest.mark.parametrize("kernels", KERNELS)
def test_rows_of_which_32_bits_hold_the_squares(kernels: str, tmp_path: Path) -> None:
    """The longest row of the largest differences, and one code more."""
    longest = ((1 << 31) - 1) // 255**2
    path = tmp_path / "one.tflite"
    for length in (longest, longest + 1):
        shape = (1, length)
        path.write_bytes(operator_file("L2_NORMALIZATION", [rows(shape, zero=127)], made(shape)))
        codes, graph = np.full(shape, -128, np.int8), load(path).with_runtime(kernels)
        if length > longest:
            with pytest.raises(UserError, match=r"the squares of a row of L2_NORMALIZATION add up to 2147515650"):
                graph.run(codes)
            continue
        (found,) = graph.run(codes).values()
        interpreter = interpret(path.read_bytes(), kernels)
        interpreter.run({0: codes})
        np.testing.assert_array_equal(found, interpreter.tensor(1))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (operator_file("L2_NORMALIZATION", [rows((1, 4), np.int16)], Spec((1, 4), np.int16, UNIT)),
         "t0 is int16; expected int8 or uint8"),
        (operator_file("L2_NORMALIZATION", [rows((1, 4))], made((1, 4), 1 / 256)), "expected 1/128 and 0"),
        (operator_file("L2_NORMALIZATION", [rows((1, 4))], made((1, 4), zero=1)), "expected 1/128 and 0"),
        (operator_file("L2_NORMALIZATION", [rows((1, 4))], made((1, 4)), {"fusedActivationFunction": 1}),
         "has a fused activation"),
        (operator_file("L2_NORMALIZATION", [rows((1, 1, 1, 1, 1, 4))], made((1, 1, 1, 1, 1, 4))), "has 6 axes"),
    ],
)  # fmt: skip
def test_what_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        load(path)


@pytest.mark.parametrize(
    ("kind", "scale", "zero"),
    [("L2_NORMALIZATION", 1 / 128, 0), ("SOFTMAX", 1 / 256, -128), ("LOG_SOFTMAX", 1 / 16, 127)],
)
def test_a_row_without_a_batch_is_no_batch(kind: str, scale: float, zero: int, tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    options = {"beta": 1.0} if kind == "SOFTMAX" else None
    path.write_bytes(operator_file(kind, [rows((1,))], made((1,), scale, zero), options))
    graph = load(path)
    assert graph.inputs[0].shape == (1,)
    with pytest.raises(UserError):
        graph.run(np.array([5, 6], np.int8), runtime="tflite_reference")
