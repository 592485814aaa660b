"""The checker: every layer, every mistake, right output; and whatever people hand in."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.arithmetic import Runtime
from resnet8doc.errors import UserError
from resnet8doc.faults import ChannelScale, Fault, PaddedWithCodeZero, Rounded, Wraps
from resnet8doc.graph import Graph, operator_of
from resnet8doc.hardware import FAULTS, PITFALLS, c, check, confusion, read_outputs, write_vectors
from resnet8doc.runtimes import ONNXRUNTIME_X86

Array = npt.NDArray[Any]

LAYERS = ("stem_y", "second_y", "first_add_y", "down_y", "shortcut_y", "second_add_y", "pooled", "product", "logits_y")


def wrong_in(faults: Mapping[str, Fault]) -> dict[str, Runtime]:
    """Return the runtimes of nodes, each with a mistake."""
    return {node: ONNXRUNTIME_X86.with_fault(fault) for node, fault in faults.items()}


def codes(graph: Graph, images: Array, names: tuple[str, ...] = LAYERS, **options: Any) -> dict[str, Array]:
    values = graph.run(images, "all", **options)
    return {name: values[name] for name in names}


def test_right_output_is_right(network: Graph, images: Array) -> None:
    report = check(codes(network, images), network, images)
    assert report.equal
    assert str(report) == "All 9 layers given are right, byte for byte."
    assert report.checked == tuple(name for name in ("stem_y", *report.checked[1:]))
    assert report.missing == ("pixels", "probabilities")
    assert report.to_dict()["equal"] is True


@pytest.mark.criterion("13.5")
def test_every_layer_times_every_fault(network: Graph, images: Array) -> None:
    found = confusion(network, images, progress=False)
    assert found["wrong"] == 0
    nodes = [node for node in network.nodes if operator_of(node).quantized]
    quantized = len(nodes)
    possible = [(n, f) for n in nodes for p in PITFALLS.values() for f in p.faults if network.can_have(n, f)]
    assert len(found["cases"]) == quantized + len(possible)
    for row in found["table"]:
        assert row["named_alone"] <= row[row["made"]] if row["made"] != "none" else row["none"] == quantized
        assert row["cases"] >= row["named_alone"]
    named = {row["made"]: row[row["made"]] for row in found["table"]}
    assert all(named[key] > 0 for key in PITFALLS), "each pitfall must show somewhere, or the table tells nothing"
    for case in found["cases"]:
        assert (case["mismatches"] == 0) == (case["diagnosis"] == [])


@pytest.mark.criterion("13.5")
@pytest.mark.parametrize("key", list(PITFALLS))
def test_one_mistake_everywhere_is_named_once(network: Graph, images: Array, key: str) -> None:
    fault = PITFALLS[key].faults[1 if key in ("rounding", "precision") else 0]  # a power of two shows everywhere
    report = check(codes(network, images, runtime=ONNXRUNTIME_X86.with_fault(fault)), network, images)
    assert not report.equal
    assert any(PITFALLS[key].title in what for what in report.common)
    assert "One mistake explains every wrong byte" in str(report)


def test_an_early_mistake_does_not_hide_a_later_one(network: Graph, images: Array) -> None:
    wrong = {"second_quant": Rounded("floor"), "shortcut_quant": Wraps()}
    report = check(codes(network, images, runtime=wrong_in(wrong)), network, images)
    assert [(finding.node, *finding.keys) for finding in report.findings] == [
        ("second_quant", "rounding"), ("shortcut_quant", "saturation"),
    ]  # fmt: skip
    assert report.common == ()


def test_first_index_is_that_of_numpy(network: Graph, images: Array) -> None:
    mine = codes(network, images)
    bent = mine["down_y"].copy()
    bent[3, 2, 1, 0] ^= 4  # image, channel, row, column
    bent[5, 0, 0, 0] ^= 4
    finding = check({**mine, "down_y": bent}, network, images).findings[0]
    right = int(mine["down_y"][3, 2, 1, 0])
    assert finding.first == {"image": 3, "index": [1, 0, 2], "expected": right, "found": right ^ 4}
    assert (finding.node, finding.mismatches, finding.causes) == ("down_quant", 2, ())
    assert finding.facts[0] == "every difference is 4"


def test_gaps_are_searched(network: Graph, images: Array) -> None:
    wrong = {"shortcut_quant": ChannelScale("first")}
    mine = codes(network, images, ("first_add_y", "pooled"), runtime=wrong_in(wrong))
    (finding,) = check(mine, network, images).findings
    assert finding.node == "pool_quant"
    assert [(cause.key, cause.nodes, cause.agreement) for cause in finding.causes] == [
        ("channel", ("shortcut_quant",), 1)
    ]
    assert "in shortcut_quant" in str(check(mine, network, images))
    everywhere = codes(network, images, ("logits_y",), runtime=ONNXRUNTIME_X86.with_fault(Rounded("floor")))
    (finding,) = check(everywhere, network, images).findings
    assert finding.keys == {"rounding"}
    assert len(finding.causes[0].nodes) == 10


def test_layout_and_sign_are_recognised(network: Graph, images: Array) -> None:
    one = images[:1]
    right = codes(network, one, ("stem_y",))["stem_y"]
    flat = check({"stem_y": right.ravel()}, network, one)  # channels first in memory, said to be last
    assert [cause.key for cause in flat.findings[0].causes] == ["layout"]
    assert check({"stem_y": right.ravel()}, network, one, layout="NCHW").equal
    assert check({"stem_y": right[0]}, network, one).equal
    assert check({"stem": right[0].transpose(1, 2, 0)}, network, one).equal
    shifted = (right.astype(int) + 128).astype(np.uint8)
    assert [cause.key for cause in check({"stem_y": shifted}, network, one).findings[0].causes] == ["sign"]
    assert check({"stem_y": right.view(np.uint8)}, network, one).equal
    assert check({"stem_y": right.astype(np.int64)}, network, one).equal


def test_padding_with_code_zero_is_recognised(network: Graph, images: Array) -> None:
    mine = codes(network, images, runtime=wrong_in({"stem_quant": PaddedWithCodeZero()}))
    (finding,) = check(mine, network, images).findings
    assert finding.keys == {"padding"}
    assert "only at the border of the image" in finding.facts


def test_almost_a_known_mistake(network: Graph, images: Array) -> None:
    mine = codes(network, images, runtime=wrong_in({"stem_quant": Wraps()}))
    bent = mine["stem_y"].copy()
    bent[0, 0, 0, 0] ^= 1
    finding = check({"stem_y": bent}, network, images).findings[0]
    assert finding.keys == {"saturation"}
    assert 0.9 < finding.causes[0].agreement < 1


@pytest.mark.parametrize("fault", list(FAULTS))
def test_uint8_networks_too(make_network: Callable[..., Graph], images: Array, fault: Fault) -> None:
    graph = make_network(4, "uint8", "int8", True)
    broken = wrong_in({"down_quant": fault})
    if not graph.can_have(graph.node("down_quant"), fault):
        with pytest.raises(UserError, match="cannot be made in QLinearConv"):
            codes(graph, images, runtime=broken)
        return
    mine = codes(graph, images, runtime=broken)
    report = check(mine, graph, images)
    right = codes(graph, images)
    if np.array_equal(mine["down_y"], right["down_y"]):
        assert report.equal
    else:
        assert [finding.node for finding in report.findings] == ["down_quant"]
        assert FAULTS[fault] in report.findings[0].keys


def test_what_the_c_program_writes_is_read(network: Graph, images: Array, tmp_path: Path) -> None:
    program = c.build(network, tmp_path / "c", flags=("-O0",))
    written = c.run(program, network, images[:2], "all")
    np.savez(tmp_path / "mine.npz", allow_pickle=False, **written)
    assert check(tmp_path / "mine.npz", network, images[:2]).equal
    everything = b"".join(b"".join(array[n].tobytes() for array in written.values()) for n in range(2))
    (tmp_path / "all.bin").write_bytes(everything)
    assert check(tmp_path / "all.bin", network, images[:2]).equal
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "stem.bin").write_bytes(written["stem_y"].tobytes())
    np.save(folder / "product.npy", written["product"])
    assert check(folder, network, images[:2]).checked == ("stem_y", "product")
    (tmp_path / "all.bin").write_bytes(everything[:-1])
    with pytest.raises(UserError, match=r"all\.bin has \d+ bytes; expected \d+, every tensor of 2 images"):
        check(tmp_path / "all.bin", network, images[:2])


def test_expected_outputs_of_vectors_are_right(network: Graph, images: Array, tmp_path: Path) -> None:
    write_vectors(network, images, [1], ["stem", "product"], ["hex"], tmp_path / "vectors")
    mine = tmp_path / "mine"
    mine.mkdir()
    for node in ("stem_quant", "product_quant"):
        shutil.copy(tmp_path / "vectors" / f"{node}-image1-hex" / "y.hex", mine / f"{node}.hex")
    assert check(mine, network, images[1:2]).equal
    assert not check(mine, network, images[2:3]).equal  # another image's


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("00\nzz\n", r"line 2: 'zz'; expected two hexadecimal digits"),
        ("+7\n", r"line 1: '\+7'; expected two hexadecimal digits"),
        ("\ufeff00 7f ff\n", r"stem has 3 numbers; expected 256"),
        ("000\n", r"line 1: '000'; expected two hexadecimal digits"),
        ("// nothing\n00 7f ff // three\n", r"stem has 3 numbers; expected 256: 1 x 8 x 8 x 4"),
    ],
)
def test_hex_refusals(network: Graph, images: Array, tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "stem.hex").write_text(content)
    with pytest.raises(UserError, match=message):
        read_outputs(tmp_path, network)


def test_npz_refusals(network: Graph, images: Array, tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    good = codes(network, images[:1], ("stem_y",))["stem_y"]

    def refused(message: str, **arrays: Any) -> None:
        np.savez(path, **arrays)
        with pytest.raises(UserError, match=message):
            check(path, network, images[:1])

    refused("cannot be read .*allow_pickle", stem_y=np.array([{"a": 1}], dtype=object))
    refused("there is no layer 'stack7'; expected one of", stack7=good)
    refused("stem_y has 255 numbers; expected 256", stem_y=good.ravel()[:-1])
    refused("stem_y is float32; expected codes of int8", stem_y=good.astype(np.float32))
    refused("stem_y holds 300; expected -128 to 127", stem_y=np.where(good == good.max(), 300, good.astype(int)))
    refused(r"stem_y has shape \[8, 4, 8\]; expected \[8, 8, 4\] or \[4, 8, 8\]", stem_y=good.reshape(8, 4, 8))
    refused("dequantize is made by DequantizeLinear", dequantize=np.zeros(5))
    refused("stem_y and stem are one tensor; expected each once", stem_y=good, stem=good + 1)
    refused("there are no outputs")
    with path.open("wb") as stream:
        np.save(stream, good)
    with pytest.raises(UserError, match=r"mine\.npz holds a single array; expected an \.npz"):
        check(path, network, images[:1])
    np.savez(path, stem_y=good)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UserError, match=r"cannot be read .*expected a complete \.npy or \.npz"):
        check(path, network, images[:1])


def test_path_refusals(network: Graph, images: Array, tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "none.npz", "none.npz does not exist"), (tmp_path / "none.bin", "cannot be read"),
        (tmp_path / "a.txt", "does not exist"), (tmp_path, "holds no outputs"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=message):
            check(path, network, images[:1])
    (tmp_path / "one.hex").write_text("00\n")
    with pytest.raises(UserError, match=r"one.hex is none of these; expected an .npz, a .bin or a folder"):
        check(tmp_path / "one.hex", network, images[:1])
    (tmp_path / "one.hex").unlink()
    (tmp_path / "stem.bin").mkdir()
    with pytest.raises(UserError, match=r"stem.bin cannot be read"):
        check(tmp_path, network, images[:1])
    (tmp_path / "stem.bin").rmdir()
    (tmp_path / "stem.hex").write_text("00\n")
    (tmp_path / "stem.bin").write_bytes(b"\0")
    with pytest.raises(UserError, match="two files for stem"):
        check(tmp_path, network, images[:1])


@pytest.mark.slow
@pytest.mark.criterion("13.5")
def test_every_layer_of_the_real_network(resnet8: Graph, cifar10: tuple[Array, Array]) -> None:
    found = confusion(resnet8, cifar10[0][:2], progress=False)
    assert found["wrong"] == 0
    faults = [fault for pitfall in PITFALLS.values() for fault in pitfall.faults]
    can = {name: sum(resnet8.can_have(resnet8.node(name), fault) for fault in faults)
           for name in {case["node"] for case in found["cases"]}}  # fmt: skip
    assert len(can) == 18
    assert len(found["cases"]) == sum(1 + count for count in can.values())
    assert can["stem_conv"] == len(faults), "a convolution can have each of them"
