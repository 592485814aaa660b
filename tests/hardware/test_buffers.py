"""Memory plans: sound for random networks, and what firmware needs for the real one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc import architecture
from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.hardware import Plan, buffers, costs

Array = npt.NDArray[Any]


def overlap(plan: Plan) -> list[tuple[str, str]]:
    """Return pairs of tensors that are in the same bytes at the same time, one not made in place of the other."""
    found = []
    for a in plan.buffers:
        for b in plan.buffers:
            together = a.first < b.first <= a.last or (a.first == b.first and a.tensor < b.tensor)
            same = a.offset < b.offset + b.bytes and b.offset < a.offset + a.bytes
            if together and same and b.replaces != a.tensor:
                found.append((a.tensor, b.tensor))
    return found


@pytest.mark.parametrize("fuse_add", [False, True])
def test_no_two_live_tensors_share_bytes(network: Graph, fuse_add: bool) -> None:
    plan = buffers(network, fuse_add=fuse_add)
    assert overlap(plan) == []
    assert plan.arena_bytes == max(buffer.offset + buffer.bytes for buffer in plan.buffers)
    assert plan.peak_bytes <= plan.arena_bytes <= plan.total_bytes
    assert plan.peak_bytes <= plan.worst_peak_bytes


def test_the_check_above_can_fail(network: Graph) -> None:
    plan = buffers(network)
    moved = tuple(replace(buffer, offset=0) for buffer in plan.buffers)
    assert overlap(replace(plan, buffers=moved))


def test_the_schedule_runs_in_its_arena(network: Graph, images: Array) -> None:
    """Run every step on one array of bytes, reading and writing only where the plan says."""
    plan = buffers(network)
    expected = network.run(images[:1], "all")
    arena = np.full(plan.arena_bytes, 99, np.int8)
    at = {buffer.tensor: buffer for buffer in plan.buffers}

    def read(tensor: str) -> Array:
        buffer = at["pooled" if tensor == "flat" else tensor]
        return arena[buffer.offset : buffer.offset + buffer.bytes].reshape(expected[tensor].shape)

    for step in plan.order:
        for name in step:
            node = network.node(name)
            inputs = [e.tensor for e in node.inputs if not e.parameter]
            values = (
                expected if node.op_type == "QuantizeLinear" else {tensor: read(tensor).copy() for tensor in inputs}
            )
            made = network.compute(node, values)
            read(node.output)[...] = made
            np.testing.assert_array_equal(made, expected[node.output], err_msg=name)


def test_an_addition_overwrites_what_nobody_needs(network: Graph) -> None:
    plan = buffers(network)
    by_name = {buffer.tensor: buffer for buffer in plan.buffers}
    assert by_name["first_add_y"].replaces in ("stem_y", "second_y")
    assert by_name["first_add_y"].offset == by_name[by_name["first_add_y"].replaces or ""].offset


def test_an_addition_is_fused_where_the_convolution_does_not_read_what_it_overwrites(network: Graph) -> None:
    fused = buffers(network, fuse_add=True)
    # second reads stem_y, 3 x 3 pixels at a time, and stem_y is the other operand: overwriting it would be wrong.
    assert ("second_quant",) in fused.order
    assert ("shortcut_quant", "second_add_quant") in fused.order
    assert "shortcut_y" not in {buffer.tensor for buffer in fused.buffers}
    assert next(buffer.replaces for buffer in fused.buffers if buffer.tensor == "second_add_y") == "down_y"


def test_other_formats_are_refused(network: Graph) -> None:
    with pytest.raises(UserError, match="a model of format float; expected one of integer operators"):
        buffers(replace(network, format="float"))


def test_costs_of_a_layer(make_network: Callable[..., Graph]) -> None:
    rows = {row["layer"]: row for row in costs(make_network(0, "uint8", "uint8", False))}
    assert rows["down"] == {
        "node": "down_quant", "layer": "down", "op_type": "QLinearConv", "multiply_accumulates": 4 * 4 * 6 * 4 * 9,
        "weight_bytes": 6 * 4 * 9, "bias_bytes": 24, "scale_bytes": 4, "input_bytes": 256, "output_bytes": 96,
    }  # fmt: skip
    assert rows["first_add"]["weight_bytes"] == rows["pool"]["multiply_accumulates"] == 0


@pytest.mark.slow
def test_the_real_network(resnet8: Graph) -> None:
    plan = buffers(resnet8)
    assert overlap(plan) == []
    # stack1_conv2 reads 16 KiB and writes 16 KiB while 16 KiB wait for the addition: no order avoids it.
    assert plan.peak_bytes == plan.arena_bytes == 3 * 16 * 32 * 32
    assert buffers(resnet8, fuse_add=True).arena_bytes == 2 * 16 * 32 * 32
    rows = costs(resnet8)
    by_layer = {row["layer"]: row for row in rows if row["multiply_accumulates"]}
    for name, row in by_layer.items():
        layer = architecture.LAYERS[name]
        assert row["multiply_accumulates"] == layer.multiply_accumulates
        assert row["weight_bytes"] == np.prod(layer.kernel_shape)
    assert sum(row["multiply_accumulates"] for row in rows) == 12_501_632
