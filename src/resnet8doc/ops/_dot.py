"""One row times one column, product by product."""

from collections.abc import Sequence

from ..arithmetic import Adder, FirstStage
from ..trace import Term, Trace
from ._pairs import Pairs


def dot(
    trace: Trace, pairs: Sequence[tuple[int, int]], a_zero: int, b_zero: int, used: Sequence[tuple[int, ...]],
    stage: FirstStage,
) -> Adder:  # fmt: skip
    """Sum the products of one row and one column; return the accumulator that holds the sum."""
    adder, clamp = Adder(stage), Pairs(stage)
    for k, (code, weight) in enumerate(pairs):
        product = (code - a_zero) * (weight - b_zero)
        adder.add(product - clamp.taken(code * weight))
        trace.terms.append(Term((k,), used[k], code, code - a_zero, weight, weight - b_zero, product, adder.value))
    trace.step("accumulator", f"the sum of {len(pairs)} products", adder.value, f"int{stage.bits}")
    return adder
