"""The kernel set that a network of TensorFlow Lite is meant for."""

from collections.abc import Mapping
from typing import Any

from ..runtimes import TFLITE_MICRO, TFLITE_REFERENCE


def lite_runtime(operations: Mapping[str, Any]) -> str:
    """Return whose arithmetic a network of TensorFlow Lite has where none is named.

    Parameters
    ----------
    operations
        The extraction's JSON.

    Returns
    -------
    str
        ``tflite_micro``, the kernels that boards run; ``tflite_reference`` if those have an operator only for int8 and
        here its codes are uint8.

    Examples
    --------
    >>> def network(kind):
    ...     return {"nodes": [{"op_type": "QLinearConv", "inputs": [{"formal": "x", "dtype": kind}]}]}
    >>> lite_runtime(network("int8")), lite_runtime(network("uint8"))
    ('tflite_micro', 'tflite_reference')
    """
    lacking = any(
        entry.get("dtype") == "uint8"
        for node in operations.get("nodes", ())
        if node.get("op_type") in TFLITE_MICRO.int8_only
        for entry in node.get("inputs", ())
    )
    return (TFLITE_REFERENCE if lacking else TFLITE_MICRO).name
