"""Drawings of the hardware guide."""

from types import SimpleNamespace

import numpy as np

from resnet8doc.figures import damage, memory


def test_damage_says_what_it_shows() -> None:
    right = np.zeros((4, 4), int)
    wrong = right.copy()
    wrong[1, 2] = -7
    drawn = damage(right.tolist(), wrong.tolist(), title="stack1_add, channel 3")
    assert drawn.alt == "stack1_add, channel 3: 1 of 16 outputs differ, by up to 7"
    for word in ("right", "wrong", "difference", "codes apart", "stack1_add, channel 3"):
        assert word in drawn.svg


def test_memory_draws_each_buffer_once() -> None:
    buffers = [
        SimpleNamespace(tensor="a_quantized", bytes=4096, offset=0, first=0, last=1),
        SimpleNamespace(tensor="b_quantized", bytes=4096, offset=4096, first=1, last=2),
    ]
    drawn = memory(buffers, ["one", "two", "three"])
    assert drawn.alt == "Memory of 2 activations in 3 steps, 8192 bytes in all; the most at once in step two"
    assert drawn.svg.count(">a<") == drawn.svg.count(">b<") == 1
    assert "address (KiB)" in drawn.svg
