"""How one element of a run came about."""

from ...arithmetic import Runtime
from ...graph import Node
from ...trace import Trace
from ._channels import index_of
from ._run import Run


def trace_pixel(run: Run, node: Node, pixel: tuple[int, int, int], runtime: Runtime | None = None) -> Trace:
    """Write down how one element of a node's output came about in a run.

    Parameters
    ----------
    run
        The run that it happened in.
    node
        A quantized operator.
    pixel
        Channel, row and column of its output.
    runtime
        Whose arithmetic the node had, if not ONNX Runtime's on x86-64.

    Raises
    ------
    UserError
        If the operator computes nothing that can be traced.
    """
    feeds = {entry.tensor: run.values[entry.tensor] for entry in node.inputs if not entry.parameter}
    return run.graph.trace(node.name, index_of(run.values[node.output], *pixel), feeds, runtime=runtime)
