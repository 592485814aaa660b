"""How one element of a run came about."""

from ...arithmetic import Runtime
from ...errors import UserError
from ...graph import Node
from ...trace import Trace
from ._channels import index_of
from ._memo import kept
from ._run import Run


@kept(2)  # A's and B's: the drawing, the tables and the place at which they part ask for them in turn
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
        If the operator computes nothing that can be traced, or its output has no elements.
    """
    values = run.values[node.output]
    if not values.size:
        raise UserError(f"{node.output} has no elements", "one to follow", "Choose another layer.")
    feeds = {entry.tensor: run.values[entry.tensor] for entry in node.inputs if not entry.parameter}
    return run.graph.trace(node.name, index_of(values, *pixel), feeds, runtime=runtime)
