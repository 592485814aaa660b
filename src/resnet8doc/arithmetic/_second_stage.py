"""From an accumulator to a code: what every runtime's way has in common."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol

import numpy.typing as npt

from ..trace import Trace
from ._codes import CodeType
from ._finish import Finish
from ._types import Array, Number


class Coder(Protocol):
    """Turns exact sums of a layer, in which the bias is not yet, into codes: block after block, then the rest."""

    def put(self, sums: Array, codes: Array) -> None:
        """Write the codes of float32 ``[..., channels]``, which may be overwritten, into ``codes``, contiguous."""
        ...

    def settle(self) -> None:
        """Write the codes that were left open."""
        ...


class SecondStage(ABC):
    """One way to turn accumulators into codes: a factor made of the scales, and what is done with it.

    A stage is a frozen dataclass. Its factor is an array of its own precision that broadcasts over channels.
    """

    rounds_itself: ClassVar[bool] = False
    """Whether the product comes out as an integer, so that the finish has nothing to round."""

    takes_floats: ClassVar[bool] = False
    """Whether it turns accumulators into float32 first, so that sums exact in a float type may be given as such."""

    def of_weights(self, kind: npt.DTypeLike) -> "SecondStage":
        """Return the stage of convolutions whose weights have a type: this one, unless the runtime has another."""
        return self

    @abstractmethod
    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return :math:`M = s_x s_w / s_y` as this stage holds it.

        Parameters
        ----------
        x_scale, y_scale
            float32 scalars, or arrays that broadcast.
        w_scale
            float32 scalar or ``[channels]``.
        """

    @abstractmethod
    def mean_factor(self, x_scale: Number, y_scale: Number, count: int) -> Array:
        """Return :math:`M = s_x / (s_y n)`: a mean of ``count`` codes is a requantization of their sum."""

    @abstractmethod
    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Turn accumulators into codes.

        Parameters
        ----------
        accumulator
            Integers, as int32, int64 or exact in a float type; channels last.
        factor
            From :meth:`factor`; broadcasts against ``accumulator``.
        zero_point
            Of the output.
        kind
            The output's type.
        finish
            How the scaled number becomes a code.
        """

    def coder(self, bias: Array, factor: Array, zero_point: Number, finish: Finish) -> Coder | None:
        """Return what codes exact float32 sums faster than :meth:`apply`; None where nothing does.

        Parameters
        ----------
        bias
            Whole numbers ``[channels]``, float32 or float64; with it, no sum leaves int32.
        factor, zero_point, finish
            As in :meth:`apply`; the zero point has the output's type.
        """
        return None

    @abstractmethod
    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write down what :meth:`apply` does to one accumulator, step by step; ``factor`` is a scalar of it."""
