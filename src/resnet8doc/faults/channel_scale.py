"""A channel is scaled with another channel's scale."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from ..arithmetic import Array, CodeType, Finish, Number, Runtime, SecondStage
from ..trace import Trace
from ._fault import Fault, one_of

Which = Literal["first", "neighbour"]


@dataclass(frozen=True)
class ChannelScale(Fault):
    """The wrong channel's scale.

    Attributes
    ----------
    which
        ``first`` (all use ``w_scale[0]``) or ``neighbour`` (channel ``c`` uses ``w_scale[c + 1]``, the last the first).

    Examples
    --------
    >>> ChannelScale("first").describe()
    'channel_scale=first'
    """

    which: Which
    part: ClassVar[str] = "channels"

    def __post_init__(self) -> None:
        """Refuse a value that is none of these."""
        one_of("channel_scale", self.which, Which)

    def describe(self) -> str:
        """Return it as ``name=value``."""
        return f"channel_scale={self.which}"

    def made_in(self, runtime: Runtime) -> Runtime:
        """Wrap the second stage."""
        return replace(runtime, second_stage=OtherChannel(runtime.second_stage, self.which))


@dataclass(frozen=True)
class OtherChannel(SecondStage):
    """A second stage that is given other channels' scales."""

    stage: SecondStage
    which: Which

    @property
    def rounds_itself(self) -> bool:  # type: ignore[override]  # of the stage within, so no constant of the class
        """Whether the stage within does."""
        return self.stage.rounds_itself

    def of_weights(self, kind: npt.DTypeLike) -> SecondStage:
        """Return what the stage has for them, with the same mistake."""
        return OtherChannel(self.stage.of_weights(kind), self.which)

    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return the factors, made of the wrong scales."""
        scales = np.asarray(w_scale)
        if scales.size > 1:
            scales = np.broadcast_to(scales[:1], scales.shape) if self.which == "first" else np.roll(scales, -1)
        return self.stage.factor(x_scale, scales, y_scale)

    def mean_factor(self, x_scale: Number, y_scale: Number, count: int) -> Array:
        """Return the stage's own: a mean has one scale."""
        return self.stage.mean_factor(x_scale, y_scale, count)

    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Do what the stage does."""
        return self.stage.apply(accumulator, factor, zero_point, kind, finish)

    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Say what the stage says."""
        self.stage.explain(trace, accumulator, factor, zero, kind, finish)
