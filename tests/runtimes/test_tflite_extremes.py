"""Scales far apart: where shifts leave their words, the engine does what the kernels do, or refuses."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet8doc import ops
from resnet8doc.errors import UserError
from resnet8doc.oracles import KERNELS, Spec, TfliteNetwork, operator_file
from resnet8doc.oracles._trial import survives
from resnet8doc.runtimes import RUNTIMES, TFLITE_BUILTIN, TFLITE_MICRO, TFLITE_REFERENCE, XNNPACK
from resnet8doc.runtimes.tflite_reference import refuse_fine_output, softmax_factor

from .once import loaded

EXPONENTS = (-26, -20, -16, -9, -8, -7, -4, -1, 2, 7, 8, 16)
"""Of the ratio of scales. The kernels end the process at some of the first."""

ROW = (1, 4096)
ROWS = (64, 64)
PROBABILITY, PROBABILITIES = (Spec(shape, scale=1 / 256, zero_point=-128) for shape in (ROW, ROWS))


def codes(scale: float, zero_point: int = 0, shape: tuple[int, ...] = ROW) -> Spec:
    return Spec(shape, scale=float(np.float32(scale)), zero_point=zero_point)


def layer(scale: float) -> bytes:
    rng = np.random.default_rng(0)
    weights = Spec((8, 64), scale=1.0, data=rng.integers(-127, 128, (8, 64)).astype(np.int8))
    bias = Spec((8,), np.int32, 1.0, data=rng.integers(-500, 500, 8).astype(np.int32))
    return operator_file("FULLY_CONNECTED", [codes(1.0, 3, ROWS), weights, bias], codes(scale * 1e4, 2, (64, 8)))


OPERATORS: dict[str, Callable[[float], bytes]] = {
    "ADD": lambda s: operator_file("ADD", [codes(1.0), codes(1.0, 5)], codes(s, -3)),
    "ADD, one fine": lambda s: operator_file("ADD", [codes(s), codes(1.0, 5)], codes(1.1, -3)),
    "SUB": lambda s: operator_file("SUB", [codes(1.0), codes(1.0, 5)], codes(s, -3)),
    "MUL": lambda s: operator_file("MUL", [codes(1.0), codes(1.0, 5)], codes(s, 100)),
    "SOFTMAX": lambda s: operator_file("SOFTMAX", [codes(s, 0, ROWS)], PROBABILITIES, {"beta": 1.0}),
    "LOGISTIC": lambda s: operator_file("LOGISTIC", [codes(s)], PROBABILITY),
    "LEAKY_RELU": lambda s: operator_file("LEAKY_RELU", [codes(1.0, 3)], codes(s, 2), {"alpha": 0.1}),
    "QUANTIZE": lambda s: operator_file("QUANTIZE", [codes(1.0, 3)], codes(s, 2)),
    "RELU": lambda s: operator_file("RELU", [codes(1.0, 3)], codes(s, 2)),
    "RELU6": lambda s: operator_file("RELU6", [codes(s, 3)], codes(s * 0.7, 2)),
    "RELU6, another ratio": lambda s: operator_file("RELU6", [codes(1.0, 3)], codes(s, 2)),
    "HARD_SWISH": lambda s: operator_file("HARD_SWISH", [codes(s, 3)], codes(s * 0.7, 2)),
    "HARD_SWISH, another ratio": lambda s: operator_file("HARD_SWISH", [codes(0.05, 3)], codes(s, 2)),
    "TANH": lambda s: operator_file("TANH", [codes(s, 3)], Spec(ROW, scale=1 / 128)),
    "FULLY_CONNECTED": layer,
}


@cache
def made(name: str, scale: float) -> bytes:
    """Return an operator's file, made once for all kernel sets."""
    return OPERATORS[name](scale)


def or_refused(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except UserError as error:
        return error


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", OPERATORS)
def test_right_or_refused(kernels: str, name: str, tmp_path: Path) -> None:
    computed = 0
    for exponent in EXPONENTS:
        for scale in (2.0**exponent, 1.3 * 2.0**exponent):
            path = tmp_path / "operator.tflite"
            path.write_bytes(made(name, scale))
            network = or_refused(partial(TfliteNetwork, path, kernels))
            if isinstance(network, UserError):
                assert "ends the process" in str(network) or "refuses the file" in str(network)
                continue
            graph = network.graph.with_runtime(RUNTIMES[kernels])
            rng = np.random.default_rng(abs(exponent))
            shapes = [
                [length if isinstance(length, int) else 1 for length in entry.shape or ()] for entry in graph.inputs
            ]
            fed = [rng.integers(-128, 128, shape).astype(np.int8) for shape in shapes]
            truth = network.run(*fed)
            feeds = {entry.name: value for entry, value in zip(graph.inputs, fed, strict=True)}
            found = or_refused(partial(graph.run, feeds))
            if isinstance(found, UserError):
                assert abs(exponent) >= 16 or "HARD_SWISH" in str(found), found
                continue
            ((output, ours),) = found.items()
            np.testing.assert_array_equal(ours, truth[output], f"scale {scale}")
            computed += 1
    assert computed >= len(EXPONENTS)


@pytest.mark.parametrize(
    "runtime", ["tflite_reference", "tflite_micro", "tflite_builtin", "tflite_builtin_arm", "xnnpack"]
)
@pytest.mark.parametrize("name", [name for name in OPERATORS if name != "FULLY_CONNECTED"])
def test_a_trace_through_the_graph_is_what_is_computed(runtime: str, name: str) -> None:
    graph = loaded(made(name, 0.7)).with_runtime(runtime)
    rng = np.random.default_rng(3)
    shapes = [[length if isinstance(length, int) else 1 for length in entry.shape or ()] for entry in graph.inputs]
    feeds = {
        entry.name: rng.integers(-128, 128, shape).astype(np.int8)
        for entry, shape in zip(graph.inputs, shapes, strict=True)
    }
    values, node = graph.run(feeds, "all"), graph.nodes[0]  # a clamp may follow
    reads = {entry.tensor: values[entry.tensor] for entry in node.inputs if not entry.parameter}
    trace = graph.tracer(node.name, reads)
    for place in (0, 5, 63):
        assert trace((0, place)).output == values[node.output][0, place]


def test_every_code_of_micros_logistic(tmp_path: Path) -> None:
    """It is no table there: at a scale of 1/128 two codes differ from one."""
    every = np.arange(-128, 128).astype(np.int8)[None]
    path, differs = tmp_path / "logistic.tflite", 0
    scales = [2.0**-7, *np.exp(np.random.default_rng(0).uniform(np.log(1e-3), np.log(2), 50))]
    for scale in scales:
        path.write_bytes(
            operator_file("LOGISTIC", [codes(scale, 0, (1, 256))], Spec((1, 256), scale=1 / 256, zero_point=-128))
        )
        network = TfliteNetwork(path, "tflite_micro")
        (output,) = (entry.name for entry in network.graph.outputs)
        truth = network.run(every)[output]
        ours, table = (network.graph.with_runtime(each).run(every)[output] for each in (TFLITE_MICRO, TFLITE_REFERENCE))
        np.testing.assert_array_equal(ours, truth, f"scale {scale}")
        differs += int((table != truth).sum())
    assert differs >= 2


@pytest.mark.parametrize("kernels", KERNELS)
def test_tanh_is_right_or_refused_where_c_libraries_disagree(kernels: str, tmp_path: Path) -> None:
    every = np.arange(-128, 128).astype(np.int8)[None]
    rng, refused = np.random.default_rng(3), 0
    for scale in np.exp(rng.uniform(np.log(1e-3), np.log(2), 60)):
        path = tmp_path / "tanh.tflite"
        path.write_bytes(operator_file("TANH", [codes(scale, 0, (1, 256))], Spec((1, 256), scale=1 / 128)))
        network = TfliteNetwork(path, kernels)
        found = or_refused(partial(network.graph.with_runtime(RUNTIMES[kernels]).run, every))
        if isinstance(found, UserError):
            assert kernels != "tflite_micro"
            assert "C libraries disagree" in str(found)
            refused += 1
            continue
        ((output, ours),) = found.items()
        np.testing.assert_array_equal(ours, network.run(every)[output], f"scale {scale}")
    assert refused <= 6, "one scale in ten at most"


def test_a_sum_beyond_16_bits_is_traced_as_it_is_computed() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-128, 128, 64).astype(np.int8) for _ in "ab")
    for op_type in ("QLinearAdd", "QLinearMul"):
        inputs = (a, np.float32(1), np.int8(0), b, np.float32(1), np.int8(5), np.float32(0.004), np.int8(100))
        for runtime in (TFLITE_BUILTIN, XNNPACK):
            own = runtime.own(op_type)
            assert own is not None
            found, steps = own.function(*inputs, runtime=runtime), set()
            for index in range(64):
                trace = own.element((index,), *inputs, runtime=runtime)
                assert trace.output == found[index]
                steps |= {step.name for step in trace.steps}
            assert {"held in 16 bits", "in 16 bits"} & steps or runtime is XNNPACK


def test_what_ends_the_process_is_a_sentence() -> None:
    with pytest.raises(UserError, match=r"with a smaller one TensorFlow Lite ends the process"):
        refuse_fine_output(2.0, 2.0**-19)
    with pytest.raises(UserError, match=r"softmax's input is 1e-08; expected more than 2\^-26"):
        softmax_factor(np.float32(1e-8))


@pytest.mark.parametrize("kernels", ["tflite_reference", "tflite_micro"])
def test_a_softmax_whose_exponentials_add_up_to_512_ends_the_process(kernels: str) -> None:
    """Of equal codes each is 1: the engine refuses as many as the kernels do."""
    zero, runtime = np.int8(0), RUNTIMES[kernels]
    others = (np.float32(0.1), zero, np.float32(1 / 256), np.int8(-128))
    for length in (511, 512):
        codes = np.zeros((1, length), np.int8)
        softmax = operator_file("SOFTMAX", [Spec((1, length), scale=0.1)],
                                Spec((1, length), scale=1 / 256, zero_point=-128), {"beta": 1.0})  # fmt: skip
        if length < 512:
            survives(softmax, kernels, {0: codes}, "softmax")
            assert (ops.qlinear_softmax(codes, *others, opset=21, runtime=runtime) == -127).all()
            continue
        with pytest.raises(UserError, match="softmax"):
            survives(softmax, kernels, {0: codes}, "softmax")
        with pytest.raises(UserError, match="add up to 512; expected less than 512"):
            ops.qlinear_softmax(codes, *others, opset=21, runtime=runtime)
        with pytest.raises(UserError, match="add up to 512; expected less than 512"):
            ops.qlinear_softmax_element((0, 0), codes, *others, opset=21, runtime=runtime)


def test_a_log_softmax_whose_exponentials_add_up_to_4096_is_refused() -> None:
    """Their integers hold less; before, the refusal told of a shift count."""
    sixteenth, last = np.float32(1 / 16), np.int8(127)
    own = RUNTIMES["tflite_micro"].own("LOG_SOFTMAX")
    assert own is not None
    for length in (4095, 4096):
        given = (np.zeros((1, length), np.int8), np.float32(0.1), np.int8(0), sixteenth, last)
        if length < 4096:
            assert len(set(own.function(*given, runtime=RUNTIMES["tflite_micro"]).ravel().tolist())) == 1
            continue
        with pytest.raises(UserError, match="add up to 4096; expected less than 4096"):
            own.function(*given, runtime=RUNTIMES["tflite_micro"])
