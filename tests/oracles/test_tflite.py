"""The interpreters that the engine is compared with do what they are asked."""

from pathlib import Path

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.oracles import KERNELS, Spec, TfliteNetwork, interpret, operator_file, version


@pytest.mark.parametrize("kernels", KERNELS)
def test_every_tensor_of_one_operator(kernels: str) -> None:
    spec = Spec((1, 3), scale=0.5, zero_point=1)
    found = interpret(operator_file("ADD", [spec, spec], Spec((1, 3), scale=1.0)), kernels)
    fed = np.array([[3, 5, -7]], np.int8)
    found.run({0: fed, 1: fed})
    assert found.tensor(0).tolist() == fed.tolist()
    assert found.tensor(2).tolist() == [[2, 4, -8]]
    assert version(kernels)[-1].isdigit()


def test_kernels_that_there_are_not() -> None:
    with pytest.raises(UserError, match=r"there are no kernels 'tpu'; expected tflite_reference, tflite_builtin"):
        interpret(b"", "tpu")


@pytest.mark.parametrize("kernels", ["tflite_reference", "xnnpack"])
def test_a_file_that_a_runtime_refuses(kernels: str) -> None:
    with pytest.raises(UserError, match=rf"{kernels} refuses the file \(.+\); expected a file that it can run"):
        interpret(b"not a model", kernels)


def test_an_option_that_an_operator_does_not_have() -> None:
    with pytest.raises(ValueError, match="ADD has no option padding"):
        operator_file("ADD", [Spec((1,), scale=1.0)] * 2, Spec((1,), scale=1.0), {"padding": 0})


def test_a_network_gives_its_tensors_as_the_engine_has_them(tmp_path: Path) -> None:
    path = tmp_path / "pool.tflite"
    spec = Spec((1, 2, 4, 3), scale=0.5)
    options = {"filterHeight": 1, "filterWidth": 2, "strideH": 1, "strideW": 2, "padding": 1}
    path.write_bytes(operator_file("AVERAGE_POOL_2D", [spec], Spec((1, 2, 2, 3), scale=0.5), options))
    network = TfliteNetwork(path, "tflite_reference", batch=5)
    assert network.batch == 5
    x = np.arange(5 * 24).reshape(5, 2, 4, 3).astype(np.int8)
    found = network.run(x)
    assert found["t0"].shape == (5, 2, 4, 3), "fed channels last"
    np.testing.assert_array_equal(found["t0_nchw"], x.transpose(0, 3, 1, 2))
    assert found["t1"].shape == (5, 3, 2, 2)


def test_a_file_of_2019_is_mended_and_runs(networks: Path) -> None:
    network = TfliteNetwork(networks / "tflm-person_detect.tflite", "tflite_builtin")
    x = np.random.default_rng(0).integers(-128, 128, (1, 96, 96, 1)).astype(np.int8)
    micro = TfliteNetwork(networks / "tflm-person_detect.tflite", "tflite_micro").run(x)
    last = network.graph.outputs[0].name
    assert np.abs(network.run(x)[last].astype(int) - micro[last]).max() < 8, "the same network"
