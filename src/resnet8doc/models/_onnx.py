"""Keras to ONNX by tf2onnx."""

from pathlib import Path
from typing import Any

import onnx

from .._tensorflow import tf
from ..architecture import IMAGE_SHAPE
from ..files import replacing
from ._log import logged
from ._readable import CONVERTER_OPSET, readable


def to_onnx(model: Any, path: Path, log: Path) -> None:
    """Convert a folded Keras model to ONNX and write it, atomically.

    tf2onnx converts; then nodes and tensors get the architecture's names (see the module `_readable` for the rest), and
    `onnx.checker` checks everything it can.

    Parameters
    ----------
    model : keras.Model
        Made by `keras_from_weights` from folded weights.
    path
        The ONNX file. Its input is ``input``, float32 ``[batch, 32, 32, 3]``, its output ``softmax``, float32
        ``[batch, 10]``, its opset 20.
    log
        The log file: versions, tf2onnx's lines, Python's warnings.

    Raises
    ------
    UserError
        If a file cannot be written.
    ValueError
        If tf2onnx makes a graph that this project does not know how to name, or one that is not valid.
    """
    import tf2onnx  # here, because it imports tensorflow, whose log level _tensorflow sets first

    signature = [tf.TensorSpec((None, *IMAGE_SHAPE), tf.float32, name="input")]
    with logged(log, "tf2onnx", ("tf2onnx", "tensorflow", "keras", "onnx")) as said:
        converted, _ = tf2onnx.convert.from_keras(model, signature, opset=CONVERTER_OPSET)
        named = readable(converted)
        onnx.checker.check_model(named, full_check=True)
        said.add("resnet8doc", "INFO", f"named {len(named.graph.node)} nodes; onnx.checker found nothing wrong")
        with replacing(path) as temporary:
            onnx.save_model(named, temporary)
