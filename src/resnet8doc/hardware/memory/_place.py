"""Where each tensor lies: lifetimes are given, addresses are sought."""

import random
from collections.abc import Iterable, Mapping

Life = Mapping[str, tuple[int, int]]

EXACT = 8
"""Blocks up to which every order of placing is tried, but for those that cannot be better."""

TRIES = 400
"""Orders of placing that are tried for more."""


def place(life: Life, size: Mapping[str, int], least: int) -> tuple[dict[str, int], int]:
    """Give each block an offset, so that no two that live at the same time share a byte.

    Some order of placing, each block at the lowest place that is free for as long as it lives, gives the smallest
    arena. It is searched for: all of them for a few blocks, else by size, by time and then by moving blocks that ended
    highest to the front.

    Parameters
    ----------
    life
        First and last step of each block, both included.
    size
        Bytes.
    least
        Bytes below which no arena can be: the search ends there.

    Returns
    -------
    offsets : dict
        By block.
    arena : int
        Bytes of all.

    Examples
    --------
    >>> place({"a": (0, 1), "b": (1, 2), "c": (2, 3)}, {"a": 4, "b": 2, "c": 4}, 6)
    ({'a': 0, 'c': 0, 'b': 4}, 6)
    """
    keys = (
        lambda r: (-size[r], life[r][0]),
        lambda r: (life[r][0], -size[r]),
        lambda r: (life[r][0] - life[r][1], -size[r]),
    )
    best: tuple[int, dict[str, int]] | None = None
    order: list[str] = list(life)
    for key in keys:
        tried = sorted(life, key=key)
        arena, at = _fit(tried, life, size)
        if best is None or arena < best[0]:
            best, order = (arena, at), tried
        if arena == least:
            return at, arena
    assert best is not None, "a network has at least one tensor"
    found = _every(life, size, least, best) if len(life) <= EXACT else _move(order, life, size, least, best)
    return found[1], found[0]


def _lowest(block: str, at: Mapping[str, int], life: Life, size: Mapping[str, int]) -> int:
    first, last = life[block]
    rivals = sorted((at[o], size[o]) for o in at if life[o][0] <= last and first <= life[o][1])
    lowest = 0
    for start, length in rivals:
        if lowest + size[block] <= start:
            break
        lowest = max(lowest, start + length)
    return lowest


def _fit(order: Iterable[str], life: Life, size: Mapping[str, int]) -> tuple[int, dict[str, int]]:
    at: dict[str, int] = {}
    for block in order:
        at[block] = _lowest(block, at, life, size)
    return max(at[block] + size[block] for block in at), at


def _every(
    life: Life, size: Mapping[str, int], least: int, best: tuple[int, dict[str, int]]
) -> tuple[int, dict[str, int]]:
    def extend(at: dict[str, int]) -> None:
        nonlocal best
        if best[0] == least:
            return
        if len(at) == len(life):
            best = max(at[block] + size[block] for block in at), dict(at)
            return
        for block in life:
            if block in at:
                continue
            lowest = _lowest(block, at, life, size)
            if lowest + size[block] < best[0]:
                at[block] = lowest
                extend(at)
                del at[block]

    extend({})
    return best


def _move(
    order: list[str], life: Life, size: Mapping[str, int], least: int, best: tuple[int, dict[str, int]]
) -> tuple[int, dict[str, int]]:
    chance = random.Random(0)  # noqa: S311 - reproducible, no secret
    for _ in range(TRIES):
        arena, at = best
        highest = [block for block in order if at[block] + size[block] == arena]
        tried = list(order)
        moved = chance.choice(highest if chance.random() < 0.7 else order)
        tried.remove(moved)
        tried.insert(chance.randrange(len(tried) + 1) if chance.random() < 0.5 else 0, moved)
        found = _fit(tried, life, size)
        if found[0] <= best[0]:
            best, order = found, tried
        if best[0] == least:
            break
    return best
