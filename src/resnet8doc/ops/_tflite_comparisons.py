"""LESS, GREATER, EQUAL and their kin of TensorFlow Lite: truth values of two tensors of codes.

Each is defined by the runtimes that have it; any other refuses it by name.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from ._operator import Codes, Operator
from ._tflite import TFLITE, own

Array = npt.NDArray[Any]
PARTS: frozenset[str] = frozenset()
"""No fault can be made: a truth value is neither clamped nor rounded."""


DOCUMENTED = r"""Return where :math:`A {sign} B`, real numbers in steps of 1/256.

    Raises
    ------
    UserError
        If the runtime has no such operator, or a scale is 1 or more.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> A, B, zero = np.array([1, 2, 3], np.int8), np.array([4, 4, 4], np.int8), np.int8(0)
    >>> {name}(A, np.float32(0.5), zero, B, np.float32(0.25), zero, runtime=TFLITE_REFERENCE)
    array([{found}])
    """


def _comparison(op_type: str, name: str, sign: str, found: str) -> Callable[..., Array]:
    """Return the function of an operator; ``found`` is what its example gives."""

    def compared(
        A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number,
        B_zero_point: Number | None = None, *, runtime: Runtime = ONNXRUNTIME_X86,
    ) -> Array:  # fmt: skip
        inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point)
        return np.asarray(own(op_type, runtime, PARTS).function(*inputs, runtime=runtime))

    compared.__name__ = compared.__qualname__ = name
    compared.__doc__ = DOCUMENTED.format(sign=sign, name=name, found=found)
    return compared


less_codes = _comparison("LESS", "less_codes", "<", " True, False, False")
less_or_equal_codes = _comparison("LESS_EQUAL", "less_or_equal_codes", r"\le", " True,  True, False")
greater_codes = _comparison("GREATER", "greater_codes", ">", "False, False,  True")
greater_or_equal_codes = _comparison("GREATER_EQUAL", "greater_or_equal_codes", r"\ge", "False,  True,  True")
equal_codes = _comparison("EQUAL", "equal_codes", "=", "False,  True, False")
not_equal_codes = _comparison("NOT_EQUAL", "not_equal_codes", r"\ne", " True, False,  True")


def _record(op_type: str, function: Any) -> Operator:
    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any) -> Trace:
        names = ("A", "A_scale", "A_zero_point", "B", "B_scale", "B_zero_point")
        given = inputs or tuple(named.get(name) for name in names)
        return own(op_type, runtime, PARTS).element(index, *given, runtime=runtime)

    def loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
        made = np.empty(np.broadcast_shapes(np.shape(inputs[0]), np.shape(inputs[3])), bool)
        for index in np.ndindex(made.shape):
            made[index] = element(index, *inputs, runtime=runtime).output
        return made

    return Operator(
        op_type, TFLITE, function, ("C",), (1,), "codes", loops=loops, element=element,
        codes={"A": Codes("A_scale", "A_zero_point"), "B": Codes("B_scale", "B_zero_point")},
        optional=frozenset({"A_zero_point"}),
    )  # fmt: skip


LESS = _record("LESS", less_codes)
LESS_EQUAL = _record("LESS_EQUAL", less_or_equal_codes)
GREATER = _record("GREATER", greater_codes)
GREATER_EQUAL = _record("GREATER_EQUAL", greater_or_equal_codes)
EQUAL = _record("EQUAL", equal_codes)
NOT_EQUAL = _record("NOT_EQUAL", not_equal_codes)
