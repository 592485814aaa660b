"""The graph that ONNX Runtime makes of a model when a session optimises it."""

from pathlib import Path
from typing import Any, Literal

import onnxruntime

from ..errors import UserError

How = Literal["default", "integers"]
"""``default``: as a session runs the model unless it is told otherwise. ``integers``: int8 activations allowed."""

HOW: tuple[How, ...] = ("default", "integers")

INT8_ALLOWED = "session.qdqisint8allowed"
"""ONNX Runtime's setting: fuse on int8 activations too. Off on x86, where uint8 has faster kernels."""

EVERYTHING, FUSED = "ORT_ENABLE_ALL", "ORT_ENABLE_EXTENDED"
"""The default level; and the one below it, which fuses but leaves images channels first."""


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
        ``ORT_ENABLE_ALL``, the default of a session, or ``ORT_ENABLE_EXTENDED``, in which no image is turned to
        channels last: that changes no number.

    Raises
    ------
    UserError
        If ONNX Runtime refuses the model.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.optimized_model_filepath = str(target)
    options.intra_op_num_threads = 1
    options.log_severity_level = 4  # it warns that the file is for this processor; the extraction says so
    for key, value in settings(how).items():
        options.add_session_config_entry(key, value)
    try:
        onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen types of its own that have no base but this
        reason = str(error).splitlines()[0]
        raise UserError(
            f"ONNX Runtime refuses the model ({reason})",
            "a model that it runs",
            "onnx.checker.check_model says whether the model is valid; a newer onnxruntime may know more of it.",
        ) from error
    return target


def described(how: How, level: str = EVERYTHING) -> dict[str, Any]:
    """Return what an extraction notes of the rewriting: the graph is this runtime's, of this release, for this CPU."""
    return {"by": f"onnxruntime {onnxruntime.__version__}", "level": level, "settings": settings(how)}
