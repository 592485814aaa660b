"""A trace as a story: what is drawn in which step, whatever the operator and the runtime."""

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import ceil, floor, isqrt

from ..trace import Step, Term, Trace
from ._numbers import number

_CLAMP = re.compile(r"^min\(max\(([-\d]+), ([-\d]+)\), ([-\d]+)\)$")
_BY_POWER = re.compile(r"^(-?\d+) / 2\*\*(\d+)")
_SHIFTED = re.compile(r"^\((-?\d+)(?: \* (-?\d+))? \+ 2\*\*(\d+)\) >> (\d+)$")
"""Half a step added, then shifted: how integers are rounded; with the multiplication before it, or without."""
_ADDED = re.compile(r"^(-?\d+) \+ (-?\d+)$")
_TWO_PRODUCTS = re.compile(
    r"^\((-?\d+) - (-?\d+)\) \* (-?\d+) \+ \((-?\d+) - (-?\d+)\) \* (-?\d+)$"
)  # what QLinearAdd sums in integers
NEAR = 0.02
"""Nearer to a tie than this, the distance is written."""


@dataclass(frozen=True)
class Bar:
    """One bar of the walk.

    Attributes
    ----------
    label
        Beneath it.
    amount
        What it adds.
    group
        Which of the products it sums; None for what is no sum of products.
    """

    label: str
    amount: float
    group: int | None = None


@dataclass(frozen=True)
class Line:
    """A real number among whole ones, and where rounding takes it.

    Attributes
    ----------
    value
        Before rounding.
    rounded
        After it.
    formula
        How the value came about.
    """

    value: float
    rounded: int
    formula: str

    @property
    def low(self) -> int:
        """The whole number below."""
        return min(floor(self.value), self.rounded)

    @property
    def high(self) -> int:
        """The whole number above."""
        return max(ceil(self.value), self.rounded, self.low + 1)

    @property
    def off_tie(self) -> float:
        """How far above the tie between its neighbours the value lies."""
        return self.value - floor(self.value) - 0.5


@dataclass(frozen=True)
class Walls:
    """The last steps, on the axis of codes.

    Attributes
    ----------
    start
        The rounded number, before the zero point; None where the zero point was in it already.
    code
        Before the clamp.
    low, high
        The clamp.
    output
        What is stored.
    dtype
        Its type.
    """

    start: int | None
    code: int
    low: int
    high: int
    output: int
    dtype: str


@dataclass(frozen=True)
class Part:
    """One step: its name, for the address and the picture, and what happens in it, in words."""

    key: str
    said: str


@dataclass(frozen=True)
class Story:
    """What is drawn.

    Attributes
    ----------
    terms
        Products by group: of a convolution by input channel, else by row.
    shape
        Rows and columns of the maps of a group.
    chosen
        The group whose maps are drawn.
    kernel
        Whether there is one: a mean has none.
    bars
        The walk.
    unit
        What the walk counts.
    line, walls
        The last steps; None where the operator has none.
    share
        Of a softmax: the exponential and the sum of all.
    parts
        The steps, in order.
    others
        Steps that no picture shows, as they stand in the trace.
    """

    terms: dict[int, list[Term]]
    shape: tuple[int, int]
    chosen: int
    kernel: bool
    bars: list[Bar]
    unit: str
    line: Line | None
    walls: Walls | None
    share: tuple[float, float] | None
    parts: list[Part] = field(default_factory=list)
    others: list[Step] = field(default_factory=list)

    def at(self, key: str) -> int:
        """Return a step's number, from 1; 0 if the story does not have it."""
        return next((n for n, part in enumerate(self.parts, 1) if part.key == key), 0)


def story(trace: Trace, chosen: int | None = None) -> Story:
    """Return what is to be drawn of a trace.

    Parameters
    ----------
    trace
        How one output element came about.
    chosen
        The group of products to show: input channel of a convolution, else row. Default the one that adds most.

    Examples
    --------
    >>> from resnet8doc.trace import Term, Trace
    >>> trace = Trace("QLinearMatMul", (0, 1), [Term((0,), (0, 0), -125, 3, -23, -23, -69, -69)])
    >>> for name, formula, value in (("accumulator", "the sum of 1 products", -69), ("scaled", "-69 * 0.5", -34.5),
    ...                              ("rounded", "round(-34.5), half_even", -34),
    ...                              ("zero point added", "-34 + -100", -134),
    ...                              ("saturated", "min(max(-134, -128), 127)", -128)):
    ...     _ = trace.step(name, formula, value, "float32" if name == "scaled" else "int8")
    >>> told = story(trace)
    >>> [part.key for part in told.parts]
    ['field', 'products', 'sum', 'scaled', 'rounded', 'zero', 'clamped']
    >>> told.line.off_tie, told.walls.output
    (0.0, -128)
    """
    steps = {step.name: step for step in trace.steps}
    terms, shape = _groups(trace.terms)
    totals = {group: sum(term.product for term in found) for group, found in terms.items()}
    if chosen not in terms:
        chosen = max(totals, key=lambda group: abs(totals[group]), default=0)
    line = _line(trace.steps)
    made = Story(
        terms, shape, chosen, any(term.w_centred != 1 for term in trace.terms), *_walk(trace, totals, steps),
        line, _walls(trace.steps, steps, line), _share(steps),
    )  # fmt: skip
    parts = _parts(made, trace, steps)
    if parts and parts[0].key == "words":
        made = replace(made, walls=None)  # the words say them, and stand where these would
    shown = {"accumulator", "bias added", "scaled", "rounded", "zero point added", "saturated", "A added", "B added",
             "fixed part", "multiplier"}  # fmt: skip
    return replace(made, parts=parts, others=[step for step in trace.steps if step.name not in shown])


def _groups(terms: list[Term]) -> tuple[dict[int, list[Term]], tuple[int, int]]:
    """Return products by channel, by row of a window, or by row of a square as near as can be; and the maps' shape."""
    groups: dict[int, list[Term]] = {}
    if not terms:
        return groups, (0, 0)
    rank = len(terms[0].tap)
    if rank == 1:
        columns = 8 if len(terms) % 8 == 0 else max(isqrt(len(terms)), 1)
        for term in terms:
            groups.setdefault(term.tap[0] // columns, []).append(term)
        return groups, (len(groups), columns)
    for term in terms:
        groups.setdefault(term.tap[0], []).append(term)
    for found in groups.values():
        found.sort(key=lambda term: term.tap)
    height, width = (max(term.tap[axis] for term in terms) + 1 for axis in (rank - 2, rank - 1))
    return groups, (height, width)


def _walk(trace: Trace, totals: dict[int, int], steps: dict[str, Step]) -> tuple[list[Bar], str]:
    if trace.terms:
        bars = [Bar(str(group), float(total), group) for group, total in totals.items()]
        if "bias added" in steps:
            bars.append(Bar("bias", float(steps["bias added"].value - steps["accumulator"].value)))
        return bars, ""
    if {"fixed part", "A added", "B added"} <= steps.keys():
        fixed, second, first = (float(steps[name].value) for name in ("fixed part", "B added", "A added"))
        return [Bar("fixed part", fixed), Bar("B", second - fixed), Bar("A", first - second)], "steps of the output"
    found = _TWO_PRODUCTS.match(steps["accumulator"].formula) if "accumulator" in steps else None
    if found:
        a, za, ma, b, zb, mb = map(int, found.groups())
        return [Bar("A", float((a - za) * ma)), Bar("B", float((b - zb) * mb))], ""
    found = _ADDED.match(steps["added"].formula) if "added" in steps else None
    if found:
        return [Bar("A", float(found[1])), Bar("B", float(found[2]))], ""
    return [], ""


def _line(steps: list[Step]) -> Line | None:
    for before, step in pairwise(steps):
        # an integer's multiplication ends in its rounding: the step is called scaled
        if step.name != "rounded" and not (step.name == "scaled" and isinstance(step.value, int)):
            continue
        power, shifted = _BY_POWER.match(step.formula), _SHIFTED.match(step.formula)
        if power:
            return Line(int(power[1]) / 2 ** int(power[2]), int(step.value), power[0])
        if shifted:
            first, factor, _, by = shifted.groups()
            formula = f"{first} * {factor} / 2**{by}" if factor else f"{first} / 2**{by}"
            return Line(int(first) * int(factor or 1) / 2 ** int(by), int(step.value), formula)
        if before.dtype.startswith("float"):
            return Line(float(before.value), int(step.value), before.formula)
    return None


def _walls(steps: list[Step], named: dict[str, Step], line: Line | None) -> Walls | None:
    last = steps[-1] if steps else None
    clamp = _CLAMP.match(last.formula) if last is not None and last.name == "saturated" else None
    if last is None or clamp is None:
        return None
    code, low, high = map(int, clamp.groups())
    start = None
    if "zero point added" in named:
        start = int(named["rounded"].value) if "rounded" in named else line.rounded if line else None
    return Walls(start, code, low, high, int(last.value), last.dtype)


def _share(steps: dict[str, Step]) -> tuple[float, float] | None:
    if {"exponential", "sum"} <= steps.keys():
        return float(steps["exponential"].value), float(steps["sum"].value)
    return None


def _parts(made: Story, trace: Trace, steps: dict[str, Step]) -> list[Part]:
    parts = []
    count = len(trace.terms)
    if count:
        padded = sum(term.x_index is None for term in trace.terms)
        hatched = f"; {padded} lie outside (hatched) and count as the zero point, so as 0" if padded else ""
        parts.append(Part("field", f"{count} codes of the input, each less its zero point{hatched}."))
    if made.kernel:
        parts.append(Part("products", "Each times its weight, less the weights' zero point: the products."))
    if count and "accumulator" in steps:
        parts.append(Part("sum", f"Summed in {steps['accumulator'].dtype}: {number(steps['accumulator'].value)}."))
    elif made.bars:
        parts.append(Part("sum", _addition(made, steps)))
    if "bias added" in steps:
        bias = steps["bias added"].value - steps["accumulator"].value
        said = f"{number(steps['accumulator'].value)} + {number(bias)} = {number(steps['bias added'].value)}"
        parts.append(Part("bias", f"The bias is added: {said}."))
    if made.share:
        parts.append(Part("share", f"Its exponential is {made.share[0] / made.share[1]:.4%} of the sum of all."))
    if made.line:
        value = f"{made.line.value:.9g}".replace("-", "−")
        high = steps.get("scaled, high half")
        before = f"The product's high half: {_plain(high.formula)} = {number(high.value)}. Then " if high else ""
        if "scaled" in steps or " / 2**" in made.line.formula:
            parts.append(Part("scaled", f"{before}{_plain(made.line.formula)} = {value}."))
        parts.append(Part("rounded", f"Rounded to a whole number: {_rounding(made.line)}."))
    if made.walls and made.walls.start is not None:
        shift = made.walls.code - made.walls.start
        parts.append(Part("zero", f"The zero point {number(shift)} is added: {number(made.walls.code)}."))
    if made.walls:
        kept = "It lies between the walls" if made.walls.code == made.walls.output else "It is held at the wall"
        walls = f"{number(made.walls.low)} and {number(made.walls.high)} of {made.walls.dtype}"
        parts.append(Part("clamped", f"{kept}, {walls}: {number(made.walls.output)} is stored."))
    if not parts or not (made.terms or made.line or made.bars):
        return [Part("words", f"{s.name}: {_plain(s.formula)} = {number(s.value)}") for s in trace.steps]
    return parts


def _addition(made: Story, steps: dict[str, Step]) -> str:
    total = sum(bar.amount for bar in made.bars)
    if "A added" in steps:
        total = float(steps["A added"].value)
    return f"Both inputs, each times its ratio of scales, are added: {number(total)}."


def _rounding(line: Line) -> str:
    if line.off_tie == 0:
        return (
            f"a tie between {number(floor(line.value))} and {number(floor(line.value) + 1)}, to {number(line.rounded)}"
        )
    if abs(line.off_tie) < NEAR:
        side = "above" if line.off_tie > 0 else "below"
        return f"{abs(line.off_tie):.2g} {side} the tie, to {number(line.rounded)}"
    return f"to {number(line.rounded)}"


def _plain(formula: str) -> str:
    """Return a trace's formula with the signs of print."""
    return re.sub(r"(?<!e)-", "−", formula.replace("**", "^").replace(" * ", " × "))
