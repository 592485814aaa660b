"""The search: from thousands of random probes the fewest bytes that tell every pair of candidates apart."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ._candidates import Candidate, candidates
from ._generate import GENERATORS
from ._probe import Probe


def search(drawn: int = 200, seed: int = 0, *, progress: bool = True) -> list[Probe]:
    """Find a small set of probes.

    Probes are taken one after the other, each time the one that tells most new pairs apart for its bytes; then each is
    left out again if the others do without it.

    Parameters
    ----------
    drawn
        How many random probes of each kind.
    seed
        Of the random probes.
    progress
        Show a bar on stderr.

    Returns
    -------
    list of Probe
        Named by kind and number.
    """
    random, known = np.random.default_rng(seed), list(candidates().values())
    pool = [generate(random) for generate in GENERATORS for _ in range(drawn)]
    apart = np.array([told_apart(probe, known) for probe in _bar(pool, progress)])
    chosen: list[int] = []
    left = apart.any(axis=0)
    while left.any():
        gain = (apart & left).sum(axis=1) / np.array([probe.bytes + 4 for probe in pool])
        best = int(gain.argmax())
        chosen.append(best)
        left = left & ~apart[best]
    for number in sorted(chosen, key=lambda number: -pool[number].bytes):
        others = [other for other in chosen if other != number]
        if (apart[others].any(axis=0) == apart[chosen].any(axis=0)).all():
            chosen = others
    kinds: dict[str, int] = {}
    named = []
    for number in sorted(chosen):
        probe = pool[number]
        kinds[probe.name] = kinds.get(probe.name, 0) + 1
        named.append(probe.named(f"{probe.name}_{kinds[probe.name]}"))
    return named


def told_apart(probe: Probe, known: Sequence[Candidate]) -> npt.NDArray[np.bool_]:
    """Return for each pair of candidates, in the order of ``itertools.combinations``, whether their outputs differ."""
    numbers: dict[bytes, int] = {}
    signs = [numbers.setdefault(probe.output(candidate.runtime).tobytes(), len(numbers)) for candidate in known]
    return np.array([one != other for one, other in combinations(signs, 2)])


def together(probes: Sequence[Probe], known: Sequence[Candidate]) -> list[tuple[str, str]]:
    """Return the pairs of candidates that a set does not tell apart."""
    apart = np.any([told_apart(probe, known) for probe in probes], axis=0)
    pairs = combinations([candidate.name for candidate in known], 2)
    return [pair for pair, seen in zip(pairs, apart, strict=True) if not seen]


def _bar(pool: list[Probe], progress: bool) -> Sequence[Probe]:
    if not progress:
        return pool
    from tqdm import tqdm

    bar: Sequence[Probe] = tqdm(pool, desc="probes", unit="probe")
    return bar
