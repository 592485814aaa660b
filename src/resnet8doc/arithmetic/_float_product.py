"""The second stage in floating point: ONNX Runtime's, and others that hold the factor as a float."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..trace import Trace
from ._codes import CodeType
from ._finish import Finish
from ._second_stage import SecondStage
from ._types import Array, Number


def scale_multiplier(x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
    r"""Return the factor of requantization in float32, :math:`M = (s_x \cdot s_w) / s_y`.

    The product is taken first and rounded to float32, then the quotient, rounded to float32 again: ONNX Runtime's order
    (``qlinearconv.cc``, ``ComputeOutputScale``). Another order gives another last bit.

    Parameters
    ----------
    x_scale, y_scale
        float32 scalars (or arrays that broadcast).
    w_scale
        float32 scalar or ``[channels]``.

    Raises
    ------
    UserError
        If it is infinite.

    Examples
    --------
    >>> scale_multiplier(np.float32(0.1), np.array([0.02, 0.5], np.float32), np.float32(0.3))
    array([0.00666667, 0.16666666], dtype=float32)
    """
    single = np.float32
    with np.errstate(over="ignore"):
        found = np.asarray(np.asarray(x_scale, single) * np.asarray(w_scale, single) / np.asarray(y_scale, single))
    if not np.isfinite(found).all():
        raise UserError(
            "x_scale * w_scale / y_scale is infinite", "a factor that float32 holds",
            "Quantize the model again: one scale is far too large or too small.",
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class FloatProduct(SecondStage):
    r""":math:`\mathrm{saturate}(\mathrm{round}(\mathrm{float}(a) \cdot M) + z)`.

    In order, for float32: the int32 accumulator is converted to float32 (rounded to even above 2^24); multiplied by the
    factor, rounded to float32; then the finish.

    Attributes
    ----------
    held
        How the factor is held: ``float32``, ``float64``, ``float16`` (then computed in float32), ``power_of_two`` (the
        nearest one, in float64: a bare shift).

    References
    ----------
    ONNX Runtime, ``core/mlas/lib/quantize.cpp``, ``MlasRequantizeOutput`` (it clamps in float32 before it rounds, to
    bounds that are integers: the same result).

    Examples
    --------
    >>> FLOAT32.apply(np.array([-3, 1, 3, 5]), np.float32(0.5), np.int8(1), np.int8, Finish())
    array([-1,  1,  3,  3], dtype=int8)
    """

    held: Literal["float32", "float64", "float16", "power_of_two"] = "float32"

    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return the factor, float32 or float64."""
        if self.held in ("float32", "float16"):
            return self._rounded(scale_multiplier(x_scale, w_scale, y_scale))
        wide = np.float64
        return self._rounded(
            np.asarray(np.asarray(x_scale, wide) * np.asarray(w_scale, wide) / np.asarray(y_scale, wide))
        )

    def mean_factor(self, x_scale: Number, y_scale: Number, count: int) -> Array:
        """Return the factor of a mean: the number of elements is a factor of the denominator."""
        kind = np.float32 if self.held in ("float32", "float16") else np.float64
        return self._rounded(np.asarray(kind(x_scale) / (kind(y_scale) * kind(count))))

    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Convert, multiply, finish."""
        return finish.codes(np.asarray(accumulator).astype(factor.dtype) * factor, zero_point, kind)

    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write down conversion, product and finish."""
        if self.held == "power_of_two":
            trace.step("power of two", f"the multiplier's nearest: 2**{int(np.log2(factor))}", factor)
        real = np.dtype(np.asarray(factor).dtype).type
        scaled = real(real(accumulator) * real(factor))
        trace.step("scaled", f"{real.__name__}({accumulator}) * {factor}", scaled)
        finish.steps(trace, scaled, zero, kind)

    def _rounded(self, exact: Array) -> Array:
        if self.held == "float16":
            return exact.astype(np.float16).astype(np.float32)
        return np.exp2(np.rint(np.log2(exact))) if self.held == "power_of_two" else exact


FLOAT32 = FloatProduct()
"""ONNX Runtime's."""
