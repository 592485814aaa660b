"""Pitfalls: broken on purpose, counted, pictured."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.faults import Accumulator, Wraps
from resnet8doc.graph import Graph
from resnet8doc.hardware import PITFALLS, picture, pitfalls
from resnet8doc.runtimes import ONNXRUNTIME_X86

Array = npt.NDArray[Any]


@pytest.mark.criterion("13.1")
def test_there_are_the_six_of_the_checklist() -> None:
    assert [pitfall.title for pitfall in PITFALLS.values()] == [
        "Accumulator overflow", "Round half to even", "float32 scale precision", "Per-channel indexing",
        "Conv-ReLU fusion", "Saturation, not wrap-around",
    ]  # fmt: skip
    for pitfall in PITFALLS.values():
        assert pitfall.rule.endswith(".")
        assert pitfall.sign.endswith(".")
        assert pitfall.fault == pitfall.faults[0]


@pytest.mark.criterion("13.5")
def test_each_pitfall_does_damage(network: Graph, images: Array) -> None:
    found = pitfalls(network, images, np.zeros(len(images), int), alone_images=5, progress=False)
    assert [entry["key"] for entry in found["pitfalls"]] == list(PITFALLS)
    for entry in found["pitfalls"]:
        assert any(fault["changed_alone"] for fault in entry["faults"]), entry["key"]
        for fault in entry["faults"]:
            assert 0 <= fault["accuracy"] <= 1
            assert fault["alone_values"] * len(images) == fault["values"] * 5


def test_counts_are_those_of_the_engine(network: Graph, images: Array) -> None:
    found = pitfalls(network, images, np.zeros(len(images), int), progress=False)
    wrap = next(e for e in found["pitfalls"] if e["key"] == "saturation")["faults"][0]
    right, broken = network.run(images, "all"), network.run(images, "all", runtime=ONNXRUNTIME_X86.with_fault(Wraps()))
    for row in wrap["tensors"]:
        assert row["changed"] == (right[row["tensor"]] != broken[row["tensor"]]).sum()
    assert wrap["accuracy"] == (broken["softmax"].argmax(axis=1) == 0).mean()
    assert found["accuracy"] == (right["softmax"].argmax(axis=1) == 0).mean()


@pytest.mark.criterion("13.5")
def test_picture_shows_the_damage(network: Graph, images: Array) -> None:
    found = picture(network, images[:1], Wraps())
    assert found is not None
    right, wrong = np.array(found["right"]), np.array(found["wrong"])
    assert right.shape == (8, 8)
    assert (right != wrong).sum() == found["changed"] > 0
    expected = network.run(images[:1], "all")
    tensor = network.node(found["node"]).output
    np.testing.assert_array_equal(right, expected[tensor][0, found["channel"]])


def test_no_picture_of_no_damage(network: Graph, images: Array) -> None:
    assert picture(network, images[:1], Accumulator(40)) is None


@pytest.mark.slow
@pytest.mark.criterion("13.5")
def test_the_real_network_suffers(resnet8: Graph, cifar10: tuple[Array, Array]) -> None:
    images, labels = cifar10
    found = pitfalls(resnet8, images[:20], labels[:20], alone_images=5, progress=False)
    by_key = {entry["key"]: entry["faults"][0] for entry in found["pitfalls"]}
    for key in ("accumulator", "channel", "relu", "saturation"):
        assert by_key[key]["accuracy"] < found["accuracy"] - 0.2, key
