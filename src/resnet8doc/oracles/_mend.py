"""A mark that old converters set and LiteRT 2.3.0 refuses, taken away."""

from typing import Any

from ai_edge_litert import schema_py_generated as schema

from ._operator import pack


def mended(content: bytes) -> bytes:
    """Return a file whose tensors name no axis that they have not.

    Converters of 2019 marked the bias of a depthwise convolution, a vector, as quantized along axis 3, that of its
    weights (TensorFlow Lite Micro's ``person_detect.tflite``). No kernel reads the mark of a bias, so that nothing is
    computed otherwise; LiteRT 2.3.0 checks it and refuses the file. A file without such a mark is returned as it is.
    """
    graph = schema.Model.GetRootAs(content, 0).Subgraphs(0)  # the whole in Python's objects takes ten times as long
    wrong = [number for number in range(graph.TensorsLength()) if _names_too_far(graph.Tensors(number))]
    if not wrong:
        return content
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    for number in wrong:
        model.subgraphs[0].tensors[number].quantization.quantizedDimension = 0
    return pack(model)


def _names_too_far(tensor: Any) -> bool:
    quantization = tensor.Quantization()
    if quantization is None or tensor.ShapeIsNone():
        return False
    return bool(quantization.QuantizedDimension() >= max(1, tensor.ShapeLength()))
