"""The plan of memory, drawn and as a table."""

from ..errors import UserError
from ..hardware import Plan
from ..markup import Markup, joined
from ._html import number, page, paragraph, refused, shape, table

WIDTH, HEIGHT, LEFT = 900, 320, 4
COLOURS = ("#2f7fc1", "#c8701a", "#2a9d74", "#c4507e", "#8e7cc3", "#8a8a3c")


def memory_page(plan: Plan | UserError, foot: str) -> str:
    """Return the page."""
    if isinstance(plan, UserError):
        said = paragraph("No plan of memory can be made of this network.")
        return page("Memory", joined((said, refused(plan))), foot=foot, here="memory.html")
    rows = (
        [
            one.tensor, one.dtype, shape(one.shape), *(number(v) for v in (one.bytes, one.offset, one.first, one.last)),
            one.replaces or "",
        ]
        for one in plan.buffers
    )  # fmt: skip
    heads = ["tensor", "type", "shape as stored", "bytes", "offset", "first step", "last step", "overwrites"]
    steps = ([number(n), ", ".join(names)] for n, names in enumerate(plan.order))
    body = joined((
        paragraph(
            f"All activations lie in {plan.arena_bytes:,} bytes. In no step of this order less than "
            f"{plan.peak_bytes:,} are alive at once at the peak; no order has a peak below {plan.bound_bytes:,}. "
            f"A buffer for each activation would take {plan.total_bytes:,}."
        ),
        paragraph(
            "Each tensor is kept whole, channels last, without the inputs, which are the caller's. To the right the "
            "steps, upward the addresses."
        ),
        _drawn(plan),
        table(heads, rows, "Where each activation lies, and in which steps"),
        table(["step", "nodes"], steps, "Order of the steps"),
    ))  # fmt: skip
    return page("Memory", body, foot=foot, here="memory.html")


def _drawn(plan: Plan) -> Markup:
    count, arena = len(plan.order), max(1, plan.arena_bytes)
    boxes = joined(
        Markup(
            '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" fill-opacity=".45" stroke="{}">'
            "<title>{}: {:,} bytes at {:,}</title></rect>"
        ).format(
            LEFT + WIDTH * one.first / count, HEIGHT * (1 - (one.offset + one.bytes) / arena),
            WIDTH * (one.last - one.first + 1) / count, HEIGHT * one.bytes / arena,
            COLOURS[number % len(COLOURS)], COLOURS[number % len(COLOURS)], one.tensor, one.bytes, one.offset,
        )
        for number, one in enumerate(plan.buffers)
    )  # fmt: skip
    said = f"Memory of {len(plan.buffers)} activations in {count} steps, {plan.arena_bytes:,} bytes in all"
    return Markup('<svg class="plan" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>').format(
        said, WIDTH + 2 * LEFT, HEIGHT + 2, boxes
    )
