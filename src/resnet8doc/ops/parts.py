"""What a runtime's own formula of an operator is made of: checked inputs, windows, rows, sums written down.

`resnet8doc.runtimes` reads this module of the operators' inner ones and no other.
"""

from . import _checks as check
from ._average_pool import window_sums
from ._code_pairs import every_pair, of_each_pair
from ._dot import dot
from ._epilogue import Epilogue
from ._in_parts import in_parts
from ._qgemm_loops import PARTS as GEMM_PARTS
from ._qgemm_loops import checked_gemm
from ._qlinear_add_loops import Checked as Addends
from ._qlinear_add_loops import checked as checked_add
from ._qlinear_concat import checked_concat
from ._qlinear_conv_loops import PARTS as CONV_PARTS
from ._qlinear_conv_loops import Checked as ConvInputs
from ._qlinear_conv_loops import accumulated, geometry_of, geometry_of_shapes
from ._qlinear_conv_loops import checked as checked_conv
from ._qlinear_matmul_loops import PARTS as MATMUL_PARTS
from ._qlinear_reduce_mean import PARTS as MEAN_PARTS
from ._qlinear_reduce_mean import checked as checked_mean
from ._qlinear_softmax import from_rows, softmax_rows
from ._quantize_linear_loops import checked as checked_quantize
from ._sequences import is_sequence
from ._windows import AutoPad, pair, pool_pads

__all__ = [
    "CONV_PARTS", "GEMM_PARTS", "MATMUL_PARTS", "MEAN_PARTS", "Addends", "AutoPad", "ConvInputs", "Epilogue",
    "accumulated", "check", "checked_add", "checked_concat", "checked_conv", "checked_gemm", "checked_mean",
    "checked_quantize", "dot", "every_pair", "from_rows", "geometry_of", "geometry_of_shapes", "in_parts",
    "is_sequence", "of_each_pair", "pair", "pool_pads", "softmax_rows", "window_sums",
]  # fmt: skip
