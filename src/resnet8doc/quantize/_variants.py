"""Every quantized model that this project makes, in one table; the file's name says what varies.

Names of types, formats and calibration methods are those of the runtimes. What a quantizer *wrote* is found out by
reading its file (`resnet8doc.quantize._inspect`); this table holds what is asked of it.
"""

from dataclasses import dataclass
from typing import Any, Literal

Runtime = Literal["onnxruntime", "pytorch", "tflite"]
Format = Literal["QDQ", "QOperator", "TorchScript", "TFLite"]
Codes = Literal["int8", "uint8"]
Range = Literal["none", "weights", "activations"]
Method = Literal["MinMax", "Entropy", "Percentile", "Histogram"]


@dataclass(frozen=True)
class Variant:
    """One quantized model, as it is asked for.

    Attributes
    ----------
    file
        The file's name: ``resnet8_int8.onnx``.
    runtime
        Whose quantizer makes it: ``onnxruntime``, ``pytorch`` or ``tflite``.
    format
        ``QDQ``: float operators between QuantizeLinear and DequantizeLinear. ``QOperator``: integer operators such as
        QLinearConv. ``TorchScript``: PyTorch's quantized modules, traced. ``TFLite``: a flatbuffer
        of integer operators.
    activation_type
        ``int8`` or ``uint8``.
    weight_type
        What is asked for: ``int8``, ``uint8`` or ``int4``.
    per_channel
        Whether each output channel of a weight has a scale of its own.
    calibration
        How ranges follow from the calibration images. ``Histogram`` is PyTorch's default observer.
    why
        What the variant is there to show.
    reduce_range
        Which numbers use 7 of their 8 bits, so that the sum of two products fits 16 bits: ``none``, ``weights`` or
        ``activations``. ONNX Runtime's option reduces weights, PyTorch's activations.
    bins
        Histogram bins of a calibration method that has any, else 0.
    conv_weight_type
        The type that the quantizer is known to write for convolutions where that is not ``weight_type``.
    engine
        PyTorch's quantized engine, else ``""``.
    """

    file: str
    runtime: Runtime
    format: Format
    activation_type: Codes
    weight_type: Codes | Literal["int4"]
    per_channel: bool
    calibration: Method
    why: str
    reduce_range: Range = "none"
    bins: int = 0
    conv_weight_type: str = ""
    engine: str = ""

    def expected_weight_type(self, conv: bool) -> str:
        """Return the type that a weight must have in the file.

        Examples
        --------
        >>> surprise = VARIANTS["resnet8_u8s8_qoperator.onnx"]
        >>> surprise.weight_type, surprise.expected_weight_type(conv=True), surprise.expected_weight_type(conv=False)
        ('uint8', 'int8', 'uint8')
        """
        return (conv and self.conv_weight_type) or self.weight_type


def _ort(
    suffix: str, fmt: Format, activations: Codes, weights: Codes | Literal["int4"], per_channel: bool, why: str,
    **more: Any,
) -> Variant:  # fmt: skip
    more = {"calibration": "MinMax", **more}
    return Variant(f"resnet8_{suffix}.onnx", "onnxruntime", fmt, activations, weights, per_channel, why=why, **more)


def _fx(suffix: str, engine: str, per_channel: bool, reduce_range: Range, why: str) -> Variant:
    return Variant(
        f"resnet8_{suffix}.pt", "pytorch", "TorchScript", "uint8", "int8", per_channel, "Histogram", why,
        reduce_range=reduce_range, engine=engine,
    )  # fmt: skip


_ENTROPY_BINS = 256  # with the default of 128, as many as levels, there is only one threshold to choose: MinMax's
_TABLE = (
    _ort("int8", "QDQ", "int8", "int8", True, "the canonical int8 model"),
    _ort("uint8", "QDQ", "uint8", "uint8", False, "the canonical uint8 model"),
    _ort("int8_qoperator", "QOperator", "int8", "int8", True, "int8 by integer operators"),
    _ort("uint8_qoperator", "QOperator", "uint8", "uint8", False, "uint8 by integer operators"),
    _ort("int8_per_tensor", "QDQ", "int8", "int8", False, "what a scale for each channel is worth"),
    _ort("int8_per_tensor_qoperator", "QOperator", "int8", "int8", False, "the same by integer operators"),
    _ort("uint8_per_channel", "QDQ", "uint8", "uint8", True, "uint8 weights for each channel, which QDQ does write"),
    _ort("u8s8", "QDQ", "uint8", "int8", True, "the types that x86 kernels prefer"),
    _ort("u8s8_reduce_range", "QDQ", "uint8", "int8", True, "7-bit weights, which cannot saturate 16-bit sums",
         reduce_range="weights"),
    _ort("u8s8_qoperator", "QOperator", "uint8", "uint8", True, "asked for uint8 weights, writes int8 convolutions",
         conv_weight_type="int8"),
    _ort("int8_entropy", "QDQ", "int8", "int8", True, "ranges of least Kullback-Leibler divergence",
         calibration="Entropy", bins=_ENTROPY_BINS),
    _ort("int8_percentile", "QDQ", "int8", "int8", True, "ranges that leave out the rarest values",
         calibration="Percentile", bins=2048),
    _ort("int4", "QDQ", "int8", "int4", True, "weights of 4 bits, too few without retraining"),
    _fx("int8", "fbgemm", True, "activations", "the canonical PyTorch model"),
    _fx("int8_x86", "x86", True, "activations", "PyTorch's default engine on x86"),
    _fx("int8_qnnpack", "qnnpack", False, "none", "PyTorch's engine for ARM"),
    Variant("resnet8_int8.tflite", "tflite", "TFLite", "int8", "int8", True, "MinMax",
            "the canonical TensorFlow Lite model, for phones and microcontrollers"),
)  # fmt: skip

VARIANTS: dict[str, Variant] = {variant.file: variant for variant in _TABLE}
"""Every quantized model by its file name."""


def of_runtime(runtime: Runtime) -> list[Variant]:
    """Return one runtime's variants, in the table's order.

    Examples
    --------
    >>> [variant.file for variant in of_runtime("pytorch")]
    ['resnet8_int8.pt', 'resnet8_int8_x86.pt', 'resnet8_int8_qnnpack.pt']
    """
    return [variant for variant in _TABLE if variant.runtime == runtime]
