"""What the onnx package and ONNX Runtime say of an ONNX file: it loads; types and shapes of its tensors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy.typing as npt
import onnx
import onnx.inliner
import onnx.parser
from google.protobuf import json_format, text_format
from google.protobuf.message import DecodeError
from onnx import helper

from ..errors import UserError
from ..reading.onnx import NARROW, Stored, Types, refuse_sequence

Array = npt.NDArray[Any]

NUMBERS = {name: number for number, name in NARROW.items()}
"""ONNX's numbers of the types that numpy has not."""


DAMAGE = (
    DecodeError, OSError, ValueError, onnx.checker.ValidationError, onnx.parser.ParseError, json_format.Error,
    text_format.ParseError,
)  # fmt: skip
"""What onnx raises for a file that is no model, in one of the forms of which a file's ending can say that it is."""


def read_model(path: Path) -> onnx.ModelProto:
    """Load an ONNX file; functions that it defines stand in line.

    Raises
    ------
    UserError
        If it is missing or no ONNX model.
    """
    try:
        model = onnx.load(path)
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist", "an ONNX model", "Check the path.") from error
    except DAMAGE as error:
        if _is_tflite(path):
            raise UserError(
                f"{path} is a TensorFlow Lite file", "a name that ends in .tflite", "Rename it: its ending says how it "
                "is read.",
            ) from error  # fmt: skip
        raise UserError(
            f"{path} cannot be read ({error})", "an ONNX model", "Check that the file is complete."
        ) from error
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    if not model.graph.node:
        raise UserError(f"{path} holds no nodes", "an ONNX model", "Check that the file is complete.")
    return model


def _is_tflite(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(8)[4:] == b"TFL3"


SMALL = 4096
"""Bytes up to which a stored tensor is shown to ONNX Runtime for the sake of shapes; larger ones are weights, of which
type and shape are enough."""


def read_types(model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], stored: Stored) -> Types:
    """Return type and shape of every tensor that is fed or computed, as ONNX Runtime infers them.

    ONNX's own shape inference knows nothing of ``com.microsoft``. The runtime is given no weights, so that a large
    model is not held once more; if it wants them nevertheless, it gets them.
    """
    try:
        return _types(model, nodes, stored, SMALL)
    except UserError:
        return _types(model, nodes, stored, None)


def _types(model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], stored: Stored, most: int | None) -> Types:
    import onnxruntime  # here, so that what reads no ONNX model does not load it

    probe = onnx.ModelProto(ir_version=max(model.ir_version, 4))
    probe.opset_import.extend(model.opset_import)
    probe.functions.extend(model.functions)
    graph = probe.graph
    graph.name = "probe"
    graph.node.extend(nodes)
    graph.input.extend(entry for entry in model.graph.input if entry.name not in stored)
    graph.output.extend(entry for entry in model.graph.output if entry.name not in stored)
    given = {entry.name for entry in graph.output}
    graph.output.extend(
        helper.make_empty_tensor_value_info(name) for node in nodes for name in node.output
        if name and name not in given
    )  # fmt: skip
    for name, (kind, array) in stored.items():
        number = NUMBERS.get(kind) or helper.np_dtype_to_tensor_dtype(array.dtype)
        if most is not None and array.nbytes > most:
            graph.input.append(helper.make_tensor_value_info(name, number, array.shape))
        else:
            graph.initializer.append(
                helper.make_tensor(name, number, array.shape, array.tobytes(), raw=True)
                if kind not in NUMBERS
                else helper.make_tensor(name, number, array.shape, array)
            )
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level, options.intra_op_num_threads = 4, 1  # it never runs
    try:
        session = onnxruntime.InferenceSession(probe.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen types of its own that have no base but this
        reason = str(error).splitlines()[0]
        raise UserError(
            f"ONNX Runtime refuses the model ({reason})",
            "a model that it runs",
            "onnx.checker.check_model says whether the model is valid; a newer onnxruntime may know more of it.",
        ) from error
    for entry in session.get_outputs():
        if entry.name in given and entry.type.startswith("seq("):
            refuse_sequence(entry.name)
    types = {"tensor(float)": "float32", "tensor(double)": "float64"}
    found: Types = {
        entry.name: (types.get(entry.type, entry.type[len("tensor(") : -1]), list(entry.shape))
        for entry in (*session.get_inputs(), *session.get_outputs())
        if entry.type.startswith("tensor(")
    }
    return found | {name: (kind, list(array.shape)) for name, (kind, array) in stored.items()}
