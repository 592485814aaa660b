"""int16 codes with int8 weights of TensorFlow Lite: single operators and a whole network, against every kernel set."""

import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert import schema_py_generated as schema

from resnet8doc.errors import UserError
from resnet8doc.extract import extract, load
from resnet8doc.graph import Graph
from resnet8doc.hardware import Network
from resnet8doc.ops.kernels import LACKING, kernel_of, lacks
from resnet8doc.oracles import KERNELS, Spec, interpret, operator_file
from resnet8doc.oracles._operator import pack
from resnet8doc.playground.model import own_network
from resnet8doc.proof import TfliteCase, prove_tflite
from resnet8doc.proof._tflite_operators import in_both
from resnet8doc.reading.feeds import seeded
from resnet8doc.reading.tflite._file import read_file
from resnet8doc.reading.tflite._int16 import COMPUTED, READ
from resnet8doc.runtimes import RUNTIMES

from .once import drawn, loaded
from .tflite_int16 import BIAS_32, EVERY, INT16_GENERATORS, PROBABILITY, codes, layer, short
from .tflite_moves import TFLITE_MOVES

Array = npt.NDArray[Any]
CASES = 5


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", INT16_GENERATORS)
def test_each_operator_is_the_kernels(name: str, kernels: str, tmp_path: Path) -> None:
    for number in range(CASES):
        case = drawn(INT16_GENERATORS[name], (number, len(name)))
        found, expected = in_both(case, tmp_path / "one.tflite", kernels)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected, str(number))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", [name for name in INT16_GENERATORS if name not in ("QUANTIZE", "DEQUANTIZE")])
def test_a_trace_and_the_slow_twin_are_what_is_computed(name: str, kernels: str) -> None:
    for number in range(3):
        case = drawn(INT16_GENERATORS[name], (number, 7))
        graph = loaded(case.content).with_runtime(kernels)
        values = graph.run(dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True)), "all")
        node = next(node for node in graph.nodes if node.op_type in COMPUTED.values())
        reads = {entry.tensor: values[entry.tensor] for entry in node.inputs if not entry.parameter}
        made, rng = values[node.output], np.random.default_rng(0)
        trace = graph.tracer(node.name, reads)
        for place in (*rng.integers(0, made.size, 8).tolist(), made.size - 1):
            index = tuple(int(i) for i in np.unravel_index(place, made.shape))
            assert trace(index).output == made[index]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "one.tflite"
    path.write_bytes(content)
    return path


@cache
def widened(kind: str, number: int) -> TfliteCase:
    """Return a file of int8 codes as one of int16 codes, and other codes to feed it."""
    case = drawn(TFLITE_MOVES[kind], (number, len(kind)))
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(case.content, 0))
    for tensor in model.subgraphs[0].tensors:
        if tensor.type == schema.TensorType.INT8:
            tensor.type = schema.TensorType.INT16
            tensor.quantization.zeroPoint = [0]
            stored = model.buffers[tensor.buffer].data
            if stored is not None:
                wide = np.asarray(stored, np.uint8).view(np.int8).astype(np.int16) * 200
                model.buffers[tensor.buffer].data = np.frombuffer(wide.tobytes(), np.uint8)
    rng = np.random.default_rng(1)
    return TfliteCase(pack(model), tuple(codes(rng, *values.shape) for values in case.inputs))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("kind", [kind for kind in TFLITE_MOVES if kind.partition(",")[0] in READ])
def test_what_moves_int8_codes_moves_int16_codes(kind: str, kernels: str) -> None:
    for number in range(CASES):
        case = widened(kind, number)
        graph, file = loaded(case.content).with_runtime(kernels), read_file(case.content, "one")
        fed = dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True))
        if lacks(kernels, kernel_of(file.operations[0].kind, case.inputs[0].ndim, "int16")):
            with pytest.raises(UserError, match=f"has no {kind}"):
                graph.run(fed)
            with pytest.raises(UserError, match=r"refuses the file|the kernels stop"):
                interpret(case.content, kernels).run(dict(zip(file.inputs, case.inputs, strict=True)))
            continue
        made, interpreter = graph.run(fed), interpret(case.content, kernels)
        interpreter.run(dict(zip(file.inputs, case.inputs, strict=True)))
        for entry, index in zip(graph.outputs, file.outputs, strict=True):
            np.testing.assert_array_equal(made[entry.name], interpreter.tensor(index), str(number))


def test_each_entry_of_the_table_is_of_one_that_moves_codes() -> None:
    """So the test before asks the kernel sets about it."""
    asked = {f"{kind.partition(',')[0]} of int16" for kind in TFLITE_MOVES}
    assert {kernel for kernel in LACKING if kernel.endswith("of int16")} <= asked


def integers(values: Any) -> Spec:
    array = np.asarray(values, np.int32)
    return Spec(array.shape, np.int32, data=array)


def stored(*shape: int) -> Spec:
    return short(shape, 0.001, codes(np.random.default_rng(2), *shape))


MOVED: dict[str, Callable[[Spec], tuple[list[Spec], tuple[int, ...]]]] = {
    "RESHAPE": lambda x: ([x, integers([1, 60])], (1, 60)),
    "TRANSPOSE": lambda x: ([x, integers([0, 3, 1, 2])], (1, 5, 3, 4)),
    "PAD": lambda x: ([x, integers([[0, 0], [1, 2], [0, 1], [0, 0]])], (1, 6, 5, 5)),
    "CONCATENATION": lambda x: ([x, stored(1, 3, 4, 2)], (1, 3, 4, 7)),
    "RELU": lambda x: ([x], (1, 3, 4, 5)),
    "RELU6": lambda x: ([x], (1, 3, 4, 5)),
    "MAXIMUM": lambda x: ([x, stored(5)], (1, 3, 4, 5)),
}  # fmt: skip


def dense(shape: tuple[int, ...], depth: int, out: tuple[int, ...]) -> tuple[str, list[Spec], Spec, dict[str, Any]]:
    w = np.random.default_rng(3).integers(-127, 128, (5, depth)).astype(np.int8)
    bias = Spec((5,), np.int64, [1e-5] * 5, 0, np.arange(-2, 3, dtype=np.int64) * 10**5)
    specs = [short(shape, 0.001), Spec(w.shape, np.int8, [0.01] * 5, 0, w), bias]
    return "FULLY_CONNECTED", specs, short(out, 0.01), {"keepNumDims": len(out) > 2}


IMAGE = (1, 3, 5, 7)
OF_MORE_AXES: dict[str, tuple[str, list[Spec], Spec, dict[str, Any]]] = {
    "SOFTMAX, four": ("SOFTMAX", [short(IMAGE, 0.0003)], short(IMAGE, PROBABILITY), {"beta": 1.0}),
    "SOFTMAX, three": ("SOFTMAX", [short((1, 4, 7), 0.0003)], short((1, 4, 7), PROBABILITY), {"beta": 1.0}),
    "FULLY_CONNECTED, three": dense((1, 4, 6), 6, (1, 4, 5)),
    "FULLY_CONNECTED, four": dense((1, 2, 3, 6), 36, (1, 5)),
    "ADD, four": ("ADD", [short(IMAGE, 0.001), short(IMAGE, 1.3e-6)], short(IMAGE, 1e-7), {"potScaleInt16": False}),
    "LEAKY_RELU, four": ("LEAKY_RELU", [short(IMAGE, 1e-4)], short(IMAGE, 2e-4), {"alpha": 0.3}),
    "MEAN, of all": ("MEAN", [short(IMAGE, 0.001), integers([1, 2, 3])], short((1,), 0.0007), {}),
}


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", OF_MORE_AXES)
def test_of_other_numbers_of_axes(name: str, kernels: str, tmp_path: Path) -> None:
    kind, specs, output, options = OF_MORE_AXES[name]
    content = operator_file(kind, specs, output, options)
    graph, interpreter = load(written(tmp_path, content)), interpret(content, kernels)
    fed = [codes(np.random.default_rng([2, n]), *spec.shape) for n, spec in enumerate(specs) if spec.data is None]
    file = read_file(content, "one")
    interpreter.run(dict(zip(file.inputs, fed, strict=True)))
    found = graph.run(dict(zip((entry.name for entry in graph.inputs), fed, strict=True)), runtime=kernels)
    np.testing.assert_array_equal(next(iter(found.values())), interpreter.tensor(file.outputs[0]))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("kind", MOVED)
def test_what_has_no_random_case(kind: str, kernels: str, tmp_path: Path) -> None:
    specs, shape = MOVED[kind](short((1, 3, 4, 5), 0.001))
    options = {"axis": 3} if kind == "CONCATENATION" else {}
    content, x = operator_file(kind, specs, short(shape, 0.001), options), codes(np.random.default_rng(0), 1, 3, 4, 5)
    interpreter = interpret(content, kernels)
    interpreter.run({0: x})
    (made,) = load(written(tmp_path, content)).run(x, runtime=kernels).values()
    np.testing.assert_array_equal(made, interpreter.tensor(read_file(content, "one").outputs[0]))


def convolution(bias: Spec | None, zero: int = 0, **options: int) -> bytes:
    x = Spec((1, 2, 2, 3), np.int16, np.float32(0.001), zero)
    weights = Spec((2, 1, 1, 3), np.int8, [0.01, 0.02], 0, np.ones((2, 1, 1, 3), np.int8))
    given = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1, "padding": 1, **options}
    return operator_file("CONV_2D", [x, weights, bias], short((1, 2, 2, 2), 0.001), given)


def a_bias(kind: Any) -> Spec:
    return Spec((2,), kind, [1e-5, 2e-5], 0, np.array([5, -5], kind))


ONE = short((1, 4), 0.001)
REFUSED = {
    "has int16 codes and no bias": convolution(None),
    "the option quantizedBiasType says otherwise": convolution(a_bias(np.int32)),
    "is int16 with the zero point 3": convolution(a_bias(np.int64), 3),
    "HARD_SWISH, makes t1.: t0 is int16": operator_file("HARD_SWISH", [ONE], ONE),
    "has scale 0.001": operator_file("LOGISTIC", [ONE], ONE),
    "with potScaleInt16": operator_file("ADD", [short((1, 4), 0.5)] * 2, short((1, 4), 0.5), {"potScaleInt16": True}),
    r"is of \[1, 4\] and \[4\]": operator_file("ADD", [ONE, short((4,), 0.001)], ONE, {"potScaleInt16": False}),
    "the bias t2 is int32": layer("DEPTHWISE_CONV_2D", np.int32)(np.random.default_rng(0)).content,
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_what_no_kernel_or_not_every_kernel_means_is_refused(message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        load(written(tmp_path, REFUSED[message]))
    assert load(written(tmp_path, convolution(a_bias(np.int32), **BIAS_32))), "nothing else is wrong with the first two"


@pytest.mark.parametrize(("kind", "power"), [("LOGISTIC", -12), ("TANH", -12), ("TANH", -11)])
def test_the_built_in_kernels_leave_the_table_at_some_scales(kind: str, power: int, tmp_path: Path) -> None:
    content = operator_file(kind, [short((1, 65536), 2.0**power)], short((1, 65536), PROBABILITY))
    graph = load(written(tmp_path, content))
    truth = {}
    for kernels in KERNELS:
        interpreter = interpret(content, kernels)
        interpreter.run({0: EVERY[None]})
        truth[kernels] = interpreter.tensor(1)
        if kernels in ("tflite_reference", "tflite_micro"):
            (found,) = graph.run(EVERY[None], runtime=kernels).values()
            np.testing.assert_array_equal(found, truth[kernels])
        else:
            with pytest.raises(UserError, match="Run it as tflite_reference or tflite_micro"):
                graph.run(EVERY[None], runtime=kernels)
            assert (truth[kernels] != truth["tflite_reference"]).any()


def test_codes_are_made_up_over_their_whole_range(tmp_path: Path) -> None:
    found, said = seeded(load(written(tmp_path, convolution(a_bias(np.int64)))), 500)
    assert "all int16 codes" in said
    (values,) = found.values()
    assert values.dtype == np.int16
    assert values.min() < -32_000 < 32_000 < values.max()


def test_no_other_runtime_takes_them(tmp_path: Path) -> None:
    graph = load(written(tmp_path, convolution(a_bias(np.int64))))
    x = codes(np.random.default_rng(0), 1, 2, 2, 3)
    for name in set(RUNTIMES) - set(KERNELS):
        with pytest.raises(UserError, match=r"has no CONV_2D_INT16 of TensorFlow Lite.*Run it as tflite_micro"):
            graph.run(x, runtime=name)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a network that TensorFlow converted: every operator that it writes of these layers, one after another."""
    from resnet8doc._tensorflow import keras, tf

    layers, rng = keras.layers, np.random.default_rng(0)
    x = keras.Input((8, 7, 3), batch_size=1)
    first = layers.Conv2D(8, 3, padding="same", activation="relu")(x)
    second = layers.Conv2D(8, 1, activation="relu6")(
        layers.LeakyReLU(0.1)(layers.DepthwiseConv2D(3, padding="same")(first))
    )
    pooled = layers.MaxPool2D(2)(layers.Add()([first, second]))
    curves = [layers.Conv2D(8, 3, padding="same", activation=name)(pooled) for name in ("tanh", "sigmoid")]
    gated = layers.Subtract()([layers.Multiply()(curves), pooled])
    joined = layers.ZeroPadding2D(1)(layers.Concatenate()([gated, curves[0]]))
    y = layers.GlobalAveragePooling2D()(layers.AveragePooling2D(2)(joined))
    y = layers.Dense(5, "softmax")(layers.Dense(12, "relu")(y))
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(x, y))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([rng.normal(size=(1, 8, 7, 3)).astype(np.float32)] for _ in range(10))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8]
    path = tmp_path_factory.mktemp("int16") / "network.tflite"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path.write_bytes(converter.convert())
    return path


@pytest.mark.parametrize("kernels", KERNELS)
def test_a_whole_network_is_every_tensor_of_each_kernel_set(network: Path, kernels: str) -> None:
    x = np.random.default_rng(1).normal(size=(20, 8, 7, 3)).astype(np.float32) * 1.5
    result = prove_tflite(network, x, kernels, progress=False)
    assert result["totals"]["local_mismatches"] == result["totals"]["end_to_end_mismatches"] == 0
    assert result["totals"]["values"] > 50_000


def test_its_extraction_runs_alike_and_c_is_refused_by_name(network: Path, tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(2, 8, 7, 3)).astype(np.float32)
    graph = load(network).with_runtime("tflite_micro")
    again = load(extract(network, tmp_path)).with_runtime("tflite_micro")
    for (name, found), (_, expected) in zip(again.run(x).items(), graph.run(x).items(), strict=True):
        np.testing.assert_array_equal(found, expected, name)
    with pytest.raises(UserError, match="is CONV_2D_INT16; expected one of"):
        Network(graph)
    opened: Graph = own_network({network.name: network.read_bytes()}).graph
    assert opened.runtime.name == "tflite_micro"
