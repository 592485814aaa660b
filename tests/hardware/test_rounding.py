"""Rounding: the truth table, the integer forms, and what each changes."""

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc.graph import Graph
from resnet8doc.hardware import MODES, SHIFTS, c, rounding, truth_table

Array = npt.NDArray[Any]

values = st.integers(-(2**40), 2**40)
bits = st.integers(1, 30)


@pytest.mark.criterion("13.3")
@given(values, bits)
def test_half_even_is_exact(value: int, frac_bits: int) -> None:
    assert SHIFTS["half even"](value, frac_bits) == round(Fraction(value, 2**frac_bits))


@pytest.mark.criterion("13.3")
@given(values, bits)
def test_half_away_and_half_up_are_exact(value: int, frac_bits: int) -> None:
    exact = Fraction(value, 2**frac_bits)
    half = Fraction(1, 2)
    away = (abs(exact) + half) // 1
    assert SHIFTS["half away from zero"](value, frac_bits) == (away if value >= 0 else -away)
    assert SHIFTS["half up"](value, frac_bits) == (exact + half) // 1


@pytest.mark.criterion("13.3")
@given(values, bits)
def test_as_printed_is_right_for_negative_ties_alone(value: int, frac_bits: int) -> None:
    tie = value % 2**frac_bits == 2 ** (frac_bits - 1)
    difference = SHIFTS["as printed"](value, frac_bits) - SHIFTS["half away from zero"](value, frac_bits)
    assert difference == (-1 if value < 0 and not tie else 0)


@pytest.mark.criterion("13.3")
def test_truth_table_on_ties() -> None:
    ties = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], np.float32)
    table = truth_table(ties)
    assert [row["half_even"] for row in table] == [-2, -2, 0, 0, 2, 2]
    assert [row["half_up"] for row in table] == [-2, -1, 0, 1, 2, 3]
    assert [row["half_away_from_zero"] for row in table] == [-3, -2, -1, 1, 2, 3]
    assert [row["truncate"] for row in table] == [-2, -1, 0, 0, 1, 2]
    assert set(table[0]) == {"value", *MODES}


@pytest.mark.criterion("13.3")
def test_the_c_forms_are_the_python_forms(tmp_path: Path) -> None:
    cases = [(v, b) for v in (*range(-40, 41), -(2**30), 2**30 - 1) for b in (1, 2, 3, 7)]
    program = c.rounding_program(tmp_path)
    lines = "".join(f"{value} {frac_bits}\n" for value, frac_bits in cases)
    said = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    expected = [" ".join(str(form(value, frac_bits)) for form in SHIFTS.values()) for value, frac_bits in cases]
    assert said == expected


def test_study_counts(network: Graph, images: Array) -> None:
    found = rounding(network, images, np.zeros(len(images), int), alone_images=6, progress=False)
    by_mode = dict(zip(found["modes"], found["variants"], strict=True))
    assert (found["images"], found["alone_images"]) == (12, 6)
    assert 0 < by_mode["half_up"]["changed_alone"] < by_mode["truncate"]["changed_alone"]
    for variant in found["variants"]:
        assert variant["values"] == 2 * variant["alone_values"]
        for key in ("values", "changed", "alone_values", "changed_alone"):
            assert variant[key] == sum(row[key] for row in variant["tensors"])
    alone = network.compute(network.node("stem_quant"), network.run(images[:6], "all"))
    assert by_mode["floor"]["tensors"][1]["alone_values"] == alone.size


def test_ties_are_counted(network: Graph, images: Array) -> None:
    # With a multiplier of 1/4 every fourth sum that is even and no multiple of 4 is a tie.
    one = np.ones((), np.float32)
    quarter = np.full(4, 0.25, np.float32)
    rounded = network.with_parameters({"pixel_scale": one, "stem_w_scale": quarter, "stem_y_scale": one})
    ties = rounding(rounded, images, np.zeros(len(images), int), alone_images=1, progress=False)["ties"]
    stem = next(row for row in ties if row["tensor"] == "stem_y")
    assert 0.2 < stem["ties"] / stem["values"] < 0.3


@pytest.mark.slow
@pytest.mark.criterion("13.3")
def test_the_real_network_has_few_ties(resnet8: Graph, cifar10: tuple[Array, Array]) -> None:
    images, labels = cifar10
    found = rounding(resnet8, images[:20], labels[:20], alone_images=20, progress=False)
    by_mode = dict(zip(found["modes"], found["variants"], strict=True))
    assert by_mode["half_up"]["changed_alone"] < 1e-5 * by_mode["half_up"]["alone_values"]
    assert by_mode["truncate"]["changed_alone"] > 0.2 * by_mode["truncate"]["alone_values"]
