r"""From an int32 accumulator to 8 bits, and who does it how.

The second stage of every quantized layer takes an integer accumulator and makes a byte of it,

.. math:: q = \mathrm{saturate}(\mathrm{round}(a \cdot M) + z), \qquad M = \frac{s_x s_w}{s_y},

and each of its operations is a choice: how :math:`M` is stored, how the product is rounded, when the zero point
:math:`z` is added, what happens to a result outside the type. A :class:`Runtime` is one set of such choices, part by
part: :class:`FirstStage` (how sums are held), :class:`SecondStage` (the factor and the product), :class:`Finish` (from
a number to a code), and whole functions where a runtime has its own formula. :data:`ONNXRUNTIME_X86`, what ONNX
Runtime does on x86-64, is what every operator computes unless it is told otherwise; :mod:`resnet8doc.runtimes` has the
others, :mod:`resnet8doc.faults` the mistakes.
"""

from ._codes import CODE_TYPES, CodeType, Overflow, code_type, narrow, not_a_number, wrap
from ._content import Content
from ._finish import Finish
from ._first_stage import Adder, FirstStage
from ._fixed_point import FixedPoint, fixed_point, multiply_by_fixed_point
from ._float_product import FLOAT32, FloatProduct, scale_multiplier
from ._rounding import Rounding, half_away, round_to_integer
from ._rows import by_row, row_of
from ._runtime import ONNXRUNTIME_X86, Functions, Mistake, Runtime
from ._second_stage import Coder, SecondStage
from ._types import Array, Number

__all__ = [
    "CODE_TYPES", "FLOAT32", "ONNXRUNTIME_X86", "Adder", "Array", "CodeType", "Coder", "Content", "Finish",
    "FirstStage", "FixedPoint", "FloatProduct", "Functions", "Mistake", "Number", "Overflow", "Rounding", "Runtime",
    "SecondStage", "by_row", "code_type", "fixed_point", "half_away", "multiply_by_fixed_point", "narrow",
    "not_a_number", "round_to_integer", "row_of", "scale_multiplier", "wrap",
]  # fmt: skip
