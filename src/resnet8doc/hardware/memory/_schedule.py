"""In which order to compute: the least peak of memory, exactly for graphs of a few branches, by a beam for more."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST_STATES = 20_000
"""States of the exact search; a chain of n steps has n, ResNet8 a few dozen."""

BEAM = 48
"""States of each length that the other search follows."""


@dataclass(frozen=True)
class Job:
    """A step as the search sees it.

    Attributes
    ----------
    inputs, output
        Names of tensors.
    in_place
        Inputs that the output may overwrite if nobody reads them afterwards.
    """

    inputs: tuple[str, ...]
    output: str
    in_place: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """An order of computation.

    Attributes
    ----------
    order
        Numbers of the jobs.
    peak
        The most bytes alive in one step.
    bound
        No order has a lower peak than this; equal to ``peak`` where the search was exact.
    worst
        The highest peak of any order looked at; of any order at all where all were.
    """

    order: tuple[int, ...]
    peak: int
    bound: int
    worst: int


class _Search:
    """Sets of jobs done, as bits of an integer; what is alive follows from the set alone."""

    def __init__(self, jobs: Sequence[Job], size: Mapping[str, int], keep: frozenset[str]) -> None:
        self.jobs, self.size = jobs, size
        maker = {job.output: number for number, job in enumerate(jobs)}
        self.needs = [sum(1 << maker[t] for t in set(job.inputs)) for job in jobs]
        self.readers = {job.output: 0 for job in jobs}
        for number, job in enumerate(jobs):
            for tensor in job.inputs:
                self.readers[tensor] |= 1 << number
        # What nobody reads, and what the caller wants, is kept to the end.
        self.kept = {t for t, readers in self.readers.items() if not readers} | keep
        self.all = (1 << len(jobs)) - 1
        self.waits = [(number, 1 << number, need) for number, need in enumerate(self.needs)]
        self.made = [size[job.output] for job in jobs]
        mortal = [set(job.inputs) - self.kept for job in jobs]
        self.frees = [[(self.readers[t], size[t]) for t in read] for read in mortal]
        self.gives = [
            [self.readers[t] for t in job.in_place if t in read and size[t] == size[job.output]]
            for job, read in zip(jobs, mortal, strict=True)
        ]

    def ready(self, done: int) -> list[int]:
        return [number for number, bit, need in self.waits if not done & bit and done & need == need]

    def step(self, done: int, alive: int, number: int) -> tuple[int, int]:
        """Return the bytes alive during a job and after it."""
        left, made, freed = ~(done | 1 << number), self.made[number], 0
        for readers, size in self.frees[number]:
            if not readers & left:
                freed += size
        for readers in self.gives[number]:
            if not readers & left:  # the output is written over it
                return alive, alive + made - freed
        return alive + made, alive + made - freed

    def moves(self, done: int, alive: int) -> list[tuple[int, int, int]]:
        """Return each job that may come next, with the bytes alive during it and after it."""
        return [(number, *self.step(done, alive, number)) for number in self.ready(done)]


def schedule(jobs: Sequence[Job], size: Mapping[str, int], keep: frozenset[str] = frozenset()) -> Schedule:
    """Find an order of jobs with a low peak of memory.

    Parameters
    ----------
    jobs
        In any order of computation.
    size
        Bytes of each tensor.
    keep
        Tensors that must last to the end.

    Returns
    -------
    Schedule
        The order of least peak where the graph has at most :data:`MOST_STATES` sets of steps to look at, else a good
        one with a bound.

    Examples
    --------
    A small branch and a large one, summed: the large one first, or its input waits beside it.

    >>> branches = [Job(("x",), "small"), Job(("x",), "wide"), Job(("wide",), "thin")]
    >>> jobs = [Job((), "x"), *branches, Job(("small", "thin"), "y")]
    >>> schedule(jobs, {"x": 4, "small": 4, "wide": 9, "thin": 1, "y": 1}).peak
    14
    """
    search = _Search(jobs, size, keep)
    lower = _bound(search)
    exact = _exact(search, lower)
    order, peak = exact or _beam(search)
    return Schedule(order, peak, peak if exact else lower, max(peak, _worst(search)))


def optimal_orders(
    jobs: Sequence[Job], size: Mapping[str, int], peak: int, keep: frozenset[str] = frozenset()
) -> Iterator[tuple[int, ...]]:
    """Yield orders that stay within a peak, depth first."""
    search = _Search(jobs, size, keep)

    def extend(done: int, alive: int, order: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if done == search.all:
            yield order
            return
        for number, during, after in search.moves(done, alive):
            if during <= peak:
                yield from extend(done | 1 << number, after, (*order, number))

    return extend(0, 0, ())


def _exact(search: _Search, lower: int) -> tuple[tuple[int, ...], int] | None:
    """Go on with the state of least peak until one is whole; None if there are too many."""
    before: dict[int, tuple[int, int]] = {}
    settled: set[int] = set()
    queue: list[tuple[int, int, int, int, int]] = [(lower, 0, 0, -1, -1)]  # peak, -steps done, state, before, job
    alive = {0: 0}
    while queue:
        peak, depth, done, came_from, by = heapq.heappop(queue)
        if done in settled:
            continue
        settled.add(done)
        before[done] = came_from, by
        if done == search.all:
            return _walk_back(before, done), _peak(search, _walk_back(before, done))
        if len(settled) > MOST_STATES:
            return None
        moves = search.moves(done, alive[done])
        # One that fits below the peak, and leaves no more alive than before, may as well come next.
        free = next((move for move in moves if move[1] <= peak and move[2] <= alive[done]), None)
        for number, during, after in moves if free is None else [free]:
            state = done | 1 << number
            if state not in settled:
                alive[state] = after
                heapq.heappush(queue, (max(peak, during), depth - 1, state, done, number))
    raise AssertionError("a graph without cycles has an order")


def _walk_back(before: Mapping[int, tuple[int, int]], done: int) -> tuple[int, ...]:
    order = []
    while before[done][0] >= 0:
        done, number = before[done]
        order.append(number)
    return tuple(reversed(order))


def _peak(search: _Search, order: Sequence[int]) -> int:
    done = alive = peak = 0
    for number in order:
        during, alive = search.step(done, alive, number)
        done |= 1 << number
        peak = max(peak, during)
    return peak


def _beam(search: _Search) -> tuple[tuple[int, ...], int]:
    """Follow the best few states of each length."""
    states: dict[int, tuple[int, int, tuple[int, ...]]] = {0: (0, 0, ())}
    for _ in search.jobs:
        following: dict[int, tuple[int, int, tuple[int, ...]]] = {}
        for done, (peak, alive, order) in states.items():
            for number, during, after in search.moves(done, alive):
                state = done | 1 << number
                found = max(peak, during), after, (*order, number)
                if state not in following or found < following[state]:
                    following[state] = found
        states = dict(sorted(following.items(), key=lambda entry: entry[1])[:BEAM])
    peak, _, order = states[search.all]
    return order, peak


def _worst(search: _Search) -> int:
    """Return the highest peak of any order, or of the first :data:`MOST_STATES` sets of steps."""
    alive, waiting, worst = {0: 0}, [0], 0
    while waiting and len(alive) < MOST_STATES:
        done = waiting.pop()
        for number, during, after in search.moves(done, alive[done]):
            worst = max(worst, during)
            state = done | 1 << number
            if state not in alive:
                alive[state] = after
                waiting.append(state)
    return worst


def _bound(search: _Search) -> int:
    """Return what no order can stay below: in each job, what is made before it and read after it in every order."""
    count = len(search.jobs)
    before = [0] * count
    order = list(range(count))
    for number in order:  # jobs come in an order of computation
        for other in range(number):
            if search.needs[number] >> other & 1:
                before[number] |= before[other] | 1 << other
    after = [0] * count
    for number in range(count):
        for other in range(count):
            if before[other] >> number & 1:
                after[number] |= 1 << other
    best = 0
    for number, job in enumerate(search.jobs):
        later = after[number] | 1 << number
        waiting = [
            made.output for other, made in enumerate(search.jobs)
            if before[number] >> other & 1 and (made.output in search.kept or search.readers[made.output] & later)
        ]  # fmt: skip
        total = sum(search.size[tensor] for tensor in waiting)
        could = any(search.size[t] == search.size[job.output] for t in job.in_place if t not in search.kept)
        best = max(best, total + (0 if could else search.size[job.output]))
    return best
