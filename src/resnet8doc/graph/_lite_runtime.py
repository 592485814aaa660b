"""The kernel set that a network of TensorFlow Lite is meant for."""

from collections.abc import Mapping
from typing import Any

from ..arithmetic import Runtime
from ..ops.kernels import KERNEL_SETS, lacks
from ..runtimes import RUNTIMES


def lite_runtime(operations: Mapping[str, Any]) -> str:
    """Return whose arithmetic a network of TensorFlow Lite has where none is named.

    Parameters
    ----------
    operations
        The extraction's JSON.

    Returns
    -------
    str
        ``tflite_micro``, the kernels that boards run; if those lack an operator of the network, or have it only for
        int8 and here its codes are uint8, the first kernel set that has all; ``tflite_micro`` again if none has.

    Examples
    --------
    >>> def network(kind):
    ...     return {"nodes": [{"op_type": "QLinearConv", "inputs": [{"formal": "x", "dtype": kind}]}]}
    >>> lite_runtime(network("int8")), lite_runtime(network("uint8"))
    ('tflite_micro', 'tflite_reference')
    >>> lite_runtime({"nodes": [{"op_type": "Tile", "kernel": "TILE"}]})
    'tflite_reference'
    """
    nodes = operations.get("nodes", ())
    having = (name for name in KERNEL_SETS if not any(_lacks(RUNTIMES[name], node) for node in nodes))
    return next(having, KERNEL_SETS[0])


def _lacks(runtime: Runtime, node: Mapping[str, Any]) -> bool:
    of_uint8 = any(entry.get("dtype") == "uint8" for entry in node.get("inputs", ()))
    return lacks(runtime.name, node.get("kernel", "")) or (of_uint8 and node.get("op_type") in runtime.int8_only)
