"""A small network as TensorFlow Lite has them: one bias a layer, a mean of codes, no second add."""

import numpy as np

from resnet8doc.graph import Graph

from ..conftest import Builder


def small_lite(seed: int = 0, out: int = 4) -> Graph:
    """Build a network of one stack on images of 8 x 8 pixels, 5 classes; int8, one scale a channel.

    ``out`` is how many channels the second stack's sum has: 8 x 8 x ``out`` codes.
    """
    b = Builder(seed, "int8", "int8", True)
    b.node("nchw", "Transpose", [("data", "input")], "nchw", [3, 8, 8], dtype="float32", perm=[0, 3, 1, 2])
    scale, zero = b.store("pixel_scale", np.float32(1)), b.store("pixel_zero", np.int8(-128))
    b.quantization["pixels"] = scale, zero
    b.node(
        "quantize", "QuantizeLinear", [("x", "nchw"), ("y_scale", scale), ("y_zero_point", zero)], "pixels", [3, 8, 8]
    )
    stem = b.conv("stem", "pixels", 3, out, 3, 1, [1, 1, 1, 1], 8)
    second = b.conv("second", stem, out, out, 3, 1, [1, 1, 1, 1], 8)
    total = b.add("first_add", stem, second, [out, 8, 8])
    x_scale, x_zero = b.quantization[total]
    b.node("pool_quant", "QLinearAveragePool",
           [("X", total), ("x_scale", x_scale), ("x_zero_point", x_zero), ("y_scale", x_scale),
            ("y_zero_point", x_zero)], "pooled", [out, 1, 1], channels_last=0, kernel_shape=[8, 8],
           strides=[8, 8], pads=[0, 0, 0, 0], ceil_mode=0, count_include_pad=0)  # fmt: skip
    b.store("shape", np.array([-1, out]))
    b.node("flatten", "Reshape", [("data", "pooled"), ("shape", "shape")], "flat", [out])
    w, w_scale, w_zero = b.weights("dense", (5, out), 0)
    bias = b.store("dense_bias", b.random.integers(-3000, 3000, 5).astype(np.int32))
    y_scale, y_zero = b.made("logits", 0.3, relu=False)
    b.node("dense_quant", "QGemm",
           [("A", "flat"), ("a_scale", x_scale), ("a_zero_point", x_zero), ("B", w), ("b_scale", w_scale),
            ("b_zero_point", w_zero), ("C", bias), ("y_scale", y_scale), ("y_zero_point", y_zero)], "logits", [5],
           transA=0, transB=1, alpha=1.0)  # fmt: skip
    operations = {
        "format": "resnet8doc.operations", "version": 2, "model": {"name": "lite", "quant_format": "QOperator"},
        "inputs": [{"name": "input", "dtype": "float32", "shape": ["batch", 8, 8, 3]}],
        "outputs": [{"name": "logits", "dtype": "int8", "shape": ["batch", 5]}], "nodes": b.nodes,
        "initializers": [
            {"name": n, "stored_dtype": str(v.dtype), "shape": list(v.shape)} for n, v in b.parameters.items()
        ],
    }  # fmt: skip
    graph = Graph.from_parts(operations, b.parameters).with_runtime("tflite_reference")
    return calibrated(graph)


def calibrated(graph: Graph) -> Graph:
    """Give each computed tensor a scale at which few codes saturate."""
    images = np.random.default_rng(5).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
    for tensor in ("stem_y", "second_y", "first_add_y", "logits"):
        for exponent in range(12, -20, -1):
            finer = graph.with_parameters({f"{tensor}_scale": np.array(1.1 * 2.0**exponent, np.float32)})
            codes = finer.run(images, tensor)[tensor]
            if (codes == 127).mean() > 0.2:  # not the lower end: with a zero point of -128 that is 0 itself
                break
            graph = finer
    return graph
