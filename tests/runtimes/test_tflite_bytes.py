"""QUANTIZE between int8 and uint8, as networks with bytes at their edges have it, in every interpreter."""

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.oracles import KERNELS, Spec, interpret, operator_file
from resnet8doc.reading import read_model

LEAST = {np.int8: -128, np.uint8: 0}


def graph_of(content: bytes) -> Graph:
    return Graph.from_parts(*read_model(content, "q.tflite"))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("kind", [np.int8, np.uint8])
@pytest.mark.parametrize("alike", [True, False])
def test_no_code_differs(kernels: str, kind: type[np.integer], alike: bool) -> None:
    rng = np.random.default_rng(1)
    other = np.uint8 if kind is np.int8 else np.int8
    for _ in range(25):
        length, scale = int(rng.integers(1, 70)), float(rng.uniform(0.01, 1))
        made = scale if alike else float(rng.uniform(0.01, 1))
        zeros = [LEAST[kind], LEAST[other]] if alike else [least + int(rng.integers(256)) for least in
                                                           (LEAST[kind], LEAST[other])]  # fmt: skip
        content = operator_file(
            "QUANTIZE", [Spec((1, length), kind, scale, zeros[0])], Spec((1, length), other, made, zeros[1])
        )
        x = (LEAST[kind] + rng.integers(0, 256, (1, length))).astype(kind)
        interpreter = interpret(content, kernels)
        interpreter.run({0: x})
        graph = graph_of(content)
        found = graph.run(x, runtime=kernels)[graph.outputs[0].name]
        assert found.dtype == other
        np.testing.assert_array_equal(found, interpreter.tensor(1))
        index = (0, length - 1)
        traced = graph.trace(graph.nodes[-1].name, index, x, runtime=kernels)
        assert traced.output == found[index]


def test_codes_of_both_types_in_one_operator_are_refused() -> None:
    content = operator_file("RELU", [Spec((1, 4), np.uint8, 0.5)], Spec((1, 4), np.int8, 0.5))
    with pytest.raises(
        UserError, match=r"RELU.*t1 is int8 and t0 is uint8; expected one type of codes in one operator"
    ):
        graph_of(content)
