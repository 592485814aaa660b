"""Which of TensorFlow Lite's kernel sets lacks which operator of those that are read: one table.

LiteRT's are those of `ai-edge-litert` 2.3.0, Micro's that of `tflite-micro`. A test asks the interpreters themselves.
"""

from ..errors import UserError

KERNEL_SETS = ("tflite_micro", "tflite_reference", "tflite_builtin", "xnnpack")
"""The kernel sets; first the one that boards run."""

LACKING: dict[str, tuple[str, ...]] = {
    "ELU": ("tflite_reference",),
    **dict.fromkeys(("EXP", "GELU", "NEG", "SQRT"), ("tflite_micro",)),
    **dict.fromkeys(("RELU_N1_TO_1", "SCATTER_ND", "SELECT", "TILE", "TOPK_V2"), ("tflite_micro",)),
    **dict.fromkeys(("ARG_MAX to int64", "ARG_MIN to int64", "CAST to int64", "CAST to uint8"), ("tflite_micro",)),
    "EXPAND_DIMS of int32": ("tflite_micro",),
    **dict.fromkeys(("STRIDED_SLICE of 5 axes", "L2_NORMALIZATION of 5 axes"), ("tflite_micro",)),
    "TRANSPOSE of 6 axes": ("tflite_micro",),
    **dict.fromkeys((f"{kind} of int16" for kind in ("GATHER", "MIRROR_PAD")), ("tflite_micro",)),
    **dict.fromkeys(
        (
            f"{kind} of uint8"
            for kind in (
                "BATCH_TO_SPACE_ND",
                "EXPAND_DIMS",
                "GATHER",
                "MIRROR_PAD",
                "RESIZE_NEAREST_NEIGHBOR",
                "TRANSPOSE",
                "UNPACK",
            )
        ),
        ("tflite_micro",),
    ),
    "PAD of 6 axes": ("tflite_micro", "tflite_reference", "tflite_builtin"),
}
"""The kernel sets that do not have an operator: for any codes, of one type, to one type, or of so many axes.

Other operators of uint8 codes are refused by what they become: `resnet8doc.arithmetic.Runtime.int8_only`.
"""

WITHOUT = {kernel: sets[0] for kernel, sets in LACKING.items() if len(sets) == 1}
"""The kernel set that does not have an operator, where the others have it."""

ALIKE = {"tflite_builtin_arm": "tflite_builtin"}
"""Runtimes that are a kernel set on another processor."""


def kernel_of(kind: str, axes: int, dtype: str = "int8", made: str = "int8") -> str:
    """Return an operator's entry in `LACKING`; empty where every kernel set has it.

    Parameters
    ----------
    kind
        The operator.
    axes, dtype
        Of its first input.
    made
        The type of its output.

    Examples
    --------
    >>> kernel_of("TILE", 4), kernel_of("STRIDED_SLICE", 5), kernel_of("GATHER", 4, "int16"), kernel_of("GATHER", 4)
    ('TILE', 'STRIDED_SLICE of 5 axes', 'GATHER of int16', '')
    >>> kernel_of("ARG_MAX", 4, "int8", "int64")
    'ARG_MAX to int64'
    """
    names = (kind, f"{kind} of {dtype}", f"{kind} to {made}", f"{kind} of {axes} axes")
    return next((known for known in names if known in LACKING), "")


def lacks(kernel_set: str, kernel: str) -> bool:
    """Tell whether a kernel set does not have an operator; what is none of TensorFlow Lite's lacks nothing.

    Examples
    --------
    >>> lacks("tflite_micro", "TILE"), lacks("xnnpack", "TILE"), lacks("onnxruntime_x86", "TILE")
    (True, False, False)
    """
    return ALIKE.get(kernel_set, kernel_set) in LACKING.get(kernel, ())


def lacking(title: str, kernel: str) -> UserError:
    """Return the refusal of an operator that a kernel set lacks; it names those that have it.

    Examples
    --------
    >>> lacking("TensorFlow Lite Micro", "TILE").remedy
    'Run it as tflite_reference, tflite_builtin or xnnpack.'
    """
    *others, last = (name for name in KERNEL_SETS if name not in LACKING.get(kernel, ()))
    return UserError(
        f"{title} has no {kernel} of TensorFlow Lite", "a runtime of TensorFlow Lite that has it",
        f"Run it as {', '.join(others)} or {last}." if others else f"Run it as {last}.",
    )  # fmt: skip
