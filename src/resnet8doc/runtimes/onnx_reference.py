"""``onnx.reference``, the standard's own evaluator in Python: the zero point is added before rounding.

It has none of ONNX Runtime's operators; where they are run in its arithmetic, it is by their documentation.
"""

from ..arithmetic import Finish, Runtime
from .documented import DOCUMENTED

ONNX_REFERENCE = Runtime(
    "onnx_reference", "onnx.reference", finish=Finish(zero_point_added="before_rounding"), functions=DOCUMENTED
)
"""What ``onnx.reference`` computes."""
