"""Orders of computation and places in memory: the best of small graphs, and never a refusal."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet8doc.hardware.memory._place import place
from resnet8doc.hardware.memory._schedule import MOST_STATES, Job, schedule


@st.composite
def small_graphs(draw: st.DrawFn) -> tuple[list[Job], dict[str, int]]:
    """Draw up to seven jobs, some of which may overwrite an input."""
    jobs: list[Job] = []
    size: dict[str, int] = {}
    for number in range(draw(st.integers(1, 7))):
        made = [job.output for job in jobs]
        inputs = tuple(draw(st.lists(st.sampled_from(made), max_size=2, unique=True))) if made else ()
        in_place: tuple[str, ...] = inputs if draw(st.booleans()) else ()
        jobs.append(Job(inputs, f"t{number}", in_place))
        size[f"t{number}"] = draw(st.integers(1, 6))
    return jobs, size


def orders(jobs: list[Job], before: tuple[Job, ...] = ()) -> Iterator[tuple[Job, ...]]:
    """Yield every order in which each job comes after those that make its inputs."""
    if not jobs:
        yield before
    made = {job.output for job in before}
    for job in jobs:
        if made.issuperset(job.inputs):
            yield from orders([other for other in jobs if other is not job], (*before, job))


def peak_of(order: tuple[Job, ...], size: dict[str, int]) -> int:
    """Return the most bytes alive in one step, written apart from the search."""
    peak = 0
    for step, job in enumerate(order):
        later = {tensor for other in order[step + 1 :] for tensor in other.inputs}
        read = {tensor for other in order for tensor in other.inputs}
        made = [other.output for other in order[:step]]
        alive = [t for t in made if t in later or t in job.inputs or t not in read]
        dead = [t for t in job.inputs if t not in later]
        over = any(t in dead and size[t] == size[job.output] for t in job.in_place)
        peak = max(peak, sum(size[t] for t in alive) + (0 if over else size[job.output]))
    return peak


@settings(max_examples=150, deadline=None)
@given(small_graphs())
def test_no_order_of_a_small_graph_is_better(case: tuple[list[Job], dict[str, int]]) -> None:
    jobs, size = case
    found = schedule(jobs, size)
    peaks = [peak_of(order, size) for order in orders(jobs)]
    assert found.peak == found.bound == min(peaks)
    assert found.worst == max(peaks)
    assert peak_of(tuple(jobs[number] for number in found.order), size) == found.peak


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(1, 6)), min_size=1, max_size=5))
def test_no_placement_of_a_few_blocks_is_smaller(blocks: list[tuple[int, int, int]]) -> None:
    life = {f"b{n}": (first, first + length) for n, (first, length, _) in enumerate(blocks)}
    size = {f"b{n}": bytes_ for n, (_, _, bytes_) in enumerate(blocks)}
    least = max(sum(size[b] for b in life if life[b][0] <= step <= life[b][1]) for step in range(9))
    at, arena = place(life, size, least)
    assert arena == max(at[block] + size[block] for block in life)
    for one, other in itertools.combinations(life, 2):
        together = life[one][0] <= life[other][1] and life[other][0] <= life[one][1]
        assert not together or at[one] + size[one] <= at[other] or at[other] + size[other] <= at[one]
    assert arena == smallest(life, size, least)


def smallest(life: dict[str, tuple[int, int]], size: dict[str, int], least: int) -> int:
    """Return the smallest arena that holds the most bytes of one step: every block at every offset."""
    for arena in range(least, sum(size.values()) + 1):
        if fits(list(life), {}, life, size, arena):
            return arena
    raise AssertionError("one after another they fit")


def fits(
    left: list[str], at: dict[str, int], life: dict[str, tuple[int, int]], size: dict[str, int], arena: int
) -> bool:
    if not left:
        return True
    block, *rest = left
    beside = [o for o in at if life[block][1] >= life[o][0] and life[o][1] >= life[block][0]]
    for offset in range(arena - size[block] + 1):
        clear = all(offset + size[block] <= at[o] or at[o] + size[o] <= offset for o in beside)
        if clear and fits(rest, {**at, block: offset}, life, size, arena):
            return True
    return False


@pytest.mark.parametrize("branches", [12, 40])
def test_many_branches_are_planned_all_the_same(branches: int) -> None:
    """2 to the 40 sets of steps: 0.1.0 gave up at 10,000 orders."""
    random = np.random.default_rng(branches)
    jobs = [Job((), "x")]
    size = {"x": 8}
    for branch in range(branches):
        jobs += [Job(("x",), f"wide{branch}"), Job((f"wide{branch}",), f"thin{branch}")]
        size |= {f"wide{branch}": int(random.integers(5, 60)), f"thin{branch}": int(random.integers(1, 5))}
    jobs.append(Job(tuple(f"thin{branch}" for branch in range(branches)), "y"))
    size["y"] = 1
    assert 2**branches > MOST_STATES or branches == 12
    found = schedule(jobs, size)
    assert found.bound <= found.peak <= found.worst
    # The widest branch first, while the least waits beside it: no order can do without the widest and its input.
    widest = max(size[f"wide{branch}"] for branch in range(branches))
    assert found.peak <= size["x"] + widest + 2 * sum(size[f"thin{branch}"] for branch in range(branches))
    assert sorted(found.order) == list(range(len(jobs)))
