"""A mark that old converters set and LiteRT 2.3.0 refuses, taken away."""

from ai_edge_litert import schema_py_generated as schema

from ._operator import pack


def mended(content: bytes) -> bytes:
    """Return a file whose tensors name no axis that they have not.

    Converters of 2019 marked the bias of a depthwise convolution, a vector, as quantized along axis 3, that of its
    weights (TensorFlow Lite Micro's ``person_detect.tflite``). No kernel reads the mark of a bias, so that nothing is
    computed otherwise; LiteRT 2.3.0 checks it and refuses the file. A file without such a mark is returned as it is.
    """
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    wrong = [
        tensor.quantization
        for tensor in model.subgraphs[0].tensors
        if tensor.quantization is not None
        and tensor.shape is not None
        and tensor.quantization.quantizedDimension >= max(1, len(tensor.shape))
    ]
    for quantization in wrong:
        quantization.quantizedDimension = 0
    return pack(model) if wrong else content
