"""The page of pitfalls: what each mistake would change here, and one number computed rightly and wrongly."""

from itertools import groupby

import numpy as np

from ..errors import UserError
from ..faults import Fault
from ..hardware import FAULTS, PITFALLS
from ..markup import Markup
from ..trace import Step, Trace
from ._html import Number, details, number, page, paragraph, refused, section, table
from ._mistakes import MANY, Mistake, Place, title
from ._scales import bits

Found = list[Mistake | tuple[Fault, UserError]]


def pitfalls_page(found: Found, multiply_accumulates: int, foot: str) -> str:
    """Return the page."""
    parts = [
        paragraph(
            "Mistakes that hardware and firmware make again and again, each made in this network on the item of the "
            "other pages. Alone: each operator is given right inputs. Throughout: every operator that can computes so, "
            "from the input to the output. A number of int8 or uint8 is a byte."
        )
    ]  # fmt: skip
    if multiply_accumulates >= MANY:
        parts.append(paragraph(f"Of each pitfall its most common mistake: the network is large ({MANY:,} and more)."))
    made = [one for one in found if isinstance(one, Mistake)]
    if not made:
        parts.append(paragraph("No operator of this network rounds to codes: none of these mistakes can be made."))
    else:
        parts.append(_overview(made))
    for kind, group in groupby(found, key=lambda one: one.kind if isinstance(one, Mistake) else FAULTS[one[0]]):
        ours = list(group)
        right = [_one(one) for one in ours if isinstance(one, Mistake)]
        parts.append(section(title(kind), *_said(kind), *_refusals(ours), *right))
    return page("Pitfalls", Markup("\n").join(parts), foot=foot, here="pitfalls.html")


def _overview(made: list[Mistake]) -> Markup:
    rows = [
        [
            Markup("<code>{}</code>").format(one.fault.describe()), title(one.kind), number(one.possible),
            number(one.changed), number(one.values), _largest(one),
            number(sum(changed for changed, _ in one.outputs.values())),
            number(sum(size for _, size in one.outputs.values())),
        ]
        for one in made
    ]  # fmt: skip
    heads = [
        "mistake", "pitfall", "operators", "change, alone", "of numbers", "largest output",
        "outputs change, throughout", "of outputs",
    ]  # fmt: skip
    return table(heads, rows, "What each mistake changes in this network")


def _largest(one: Mistake) -> str:
    if one.largest is None:
        return ""
    right, wrong = one.largest
    return f"still number {right}" if right == wrong else f"number {wrong}, not {right}"


def _said(kind: str) -> list[Markup]:
    """Return what is right, what is done instead, and how it shows; of another cause its title says all."""
    if kind not in PITFALLS:
        return []
    pitfall = PITFALLS[kind]
    return [
        paragraph(Markup("<b>{}</b> {}").format(head, text))
        for head, text in (("Right.", pitfall.rule), ("Wrong.", pitfall.wrong), ("It shows.", pitfall.sign))
    ]


def _refusals(found: Found) -> list[Markup]:
    """Return why mistakes cannot be made in this arithmetic, once for all of a kind."""
    why = [one for one in found if not isinstance(one, Mistake)]
    if not why:
        return []
    names = ", ".join(fault.describe() for fault, _ in why)
    fault, first = why[0]
    return [refused(UserError(names + first.found.removeprefix(fault.describe()), first.expected, first.remedy))]


def _one(one: Mistake) -> Markup:
    parts = [Markup("<h3><code>{}</code></h3>").format(one.fault.describe())]
    if not one.changes:
        parts.append(paragraph(f"Changes none of {one.values:,} numbers here; another input may show it."))
        return Markup("\n").join(parts)
    count = f"{len(one.changes)} of {one.possible} operators"
    parts.append(paragraph(f"Changes {one.changed:,} of {one.values:,} numbers, in {count}."))
    rows = ([change.node.name, number(change.changed), number(change.values)] for change in one.changes)
    listed = table(["node", "change", "of numbers"], rows, f"{one.fault.describe()}, each operator given right inputs")
    parts.append(details(count, listed))
    if isinstance(one.place, UserError):
        parts.append(refused(one.place))
    elif one.place is not None:
        parts.append(_place(one.place))
    return Markup("\n").join(parts)


def _place(place: Place) -> Markup:
    where = ", ".join(map(str, place.change.index))
    rows = []
    for right, wrong in _pairs(place.right, place.wrong):
        name = (right or wrong).name  # type: ignore[union-attr]  # one of the two is there
        rows.append([name, *_value(right), *_value(wrong)])
    heads = ["step", "right", "bits of it", "with the mistake", "bits of it"]
    return table(heads, rows, f"Output [{where}] of {place.change.node.name}, rightly and with the mistake")


def _pairs(right: Trace, wrong: Trace) -> list[tuple[Step | None, Step | None]]:
    """Return the steps side by side, by their names and in their order; a mistake may add a step or leave one out."""
    others = {step.name: step for step in wrong.steps}
    names = {step.name for step in right.steps}
    pairs: list[tuple[Step | None, Step | None]] = [(step, others.get(step.name)) for step in right.steps]
    extra: list[tuple[Step | None, Step | None]] = [(None, step) for step in wrong.steps if step.name not in names]
    return [*pairs[:-1], *extra, *pairs[-1:]]


def _value(step: Step | None) -> tuple[Number | str, Markup | str]:
    if step is None:
        return "", ""
    if step.dtype.startswith("float"):
        held = np.dtype(step.dtype).type(step.value)
        return number(float(step.value)), Markup("<code>{}</code>").format(bits(held))
    return number(int(step.value)), ""
