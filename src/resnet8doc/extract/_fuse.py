"""The graph that ONNX Runtime makes of a model when a session optimises it."""

from pathlib import Path
from typing import Any, Literal

import onnx

from ..errors import UserError

How = Literal["default", "integers"]
"""``default``: as a session runs the model unless it is told otherwise. ``integers``: int8 activations allowed."""

HOW: tuple[How, ...] = ("default", "integers")

INT8_ALLOWED = "session.qdqisint8allowed"
"""ONNX Runtime's setting: fuse on int8 activations too. Off on x86, where uint8 has faster kernels."""

EVERYTHING, FUSED = "ORT_ENABLE_ALL", "ORT_ENABLE_EXTENDED"
"""The default level; and the one below it, which fuses but leaves images channels first."""


AXIS = 13
"""The opset from which on QuantizeLinear and DequantizeLinear have an axis; the optimiser writes it into any."""

BLOCKED = "NchwcTransformer"
"""What brings real images into blocks of channels as wide as this processor's registers: other operators, for the same
formulas."""


def settings(how: How) -> dict[str, str]:
    """Return the settings of a session that runs a model so.

    Raises
    ------
    UserError
        If there is no such way.

    Examples
    --------
    >>> settings("default"), settings("integers")
    ({}, {'session.qdqisint8allowed': '1'})
    """
    if how not in HOW:
        raise UserError(f"fused is {how!r}", " or ".join(map(repr, HOW)), "Choose one of the two.")
    return {INT8_ALLOWED: "1"} if how == "integers" else {}


def fuse(path: Path, target: Path, how: How = "default", level: str = EVERYTHING) -> Path:
    """Write the graph that ONNX Runtime runs in place of a model.

    Parameters
    ----------
    path
        An ONNX model.
    target
        Where to write the graph, as ONNX.
    how
        With which setting.
    level
        ``ORT_ENABLE_ALL``, the default of a session (but images of real numbers are not brought into blocks), or
        ``ORT_ENABLE_EXTENDED``, in which no image is turned to channels last: that changes no number.

    Raises
    ------
    UserError
        If ONNX Runtime refuses the model.
    """
    import onnxruntime  # here, so that what extracts no ONNX model does not load it

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.optimized_model_filepath = str(target)
    options.intra_op_num_threads = 1
    options.log_severity_level = 4  # it warns that the file is for this processor; the extraction says so
    for key, value in settings(how).items():
        options.add_session_config_entry(key, value)
    try:
        onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=[BLOCKED]
        )
    except Exception as error:  # onnxruntime raises a dozen types of its own that have no base but this
        reason = str(error).splitlines()[0]
        raise UserError(
            f"ONNX Runtime refuses the model ({reason})",
            "a model that it runs",
            "onnx.checker.check_model says whether the model is valid; a newer onnxruntime may know more of it.",
        ) from error
    refuse_misspelled(target)
    return target


def refuse_misspelled(path: Path) -> None:
    """Refuse a graph that ONNX Runtime wrote and does not read: with attributes that its opset has not yet."""
    model = onnx.load(path, load_external_data=False)
    opset = max((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=AXIS)
    boundaries = (node for node in model.graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear"))
    if opset < AXIS and any(entry.name == "axis" for node in boundaries if not node.domain for entry in node.attribute):
        raise UserError(
            f"what ONNX Runtime makes of a QDQ model of opset {opset} is none that it reads", f"opset {AXIS} or newer",
            f"Convert the model first: onnx.version_converter.convert_version(model, {AXIS}).",
        )  # fmt: skip


def described(how: How, level: str = EVERYTHING) -> dict[str, Any]:
    """Return what an extraction notes of the rewriting: the graph is this runtime's, of this release, for this CPU."""
    import onnxruntime

    return {"by": f"onnxruntime {onnxruntime.__version__}", "level": level, "settings": settings(how)}
