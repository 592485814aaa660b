"""From a device's bytes to the arithmetic that makes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..arithmetic import Array
from ..arrays import read_hex, read_numbers
from ..errors import UserError
from ._candidates import candidates
from ._load import probes
from ._probe import Probe

CLOSE = 5
"""How many candidates that do not match are told of."""


@dataclass(frozen=True)
class Match:
    """How well one candidate fits.

    Attributes
    ----------
    name, title
        The candidate's.
    differing
        Bytes that differ, of all given.
    parts_at
        The first probe and index at which they part, what the candidate gives and what was given; None if nowhere.
    """

    name: str
    title: str
    differing: int
    parts_at: dict[str, Any] | None


@dataclass(frozen=True)
class Identification:
    """What some bytes say.

    Attributes
    ----------
    bytes
        How many were compared.
    missing
        Probes of which no output was given.
    matches
        Candidates that give every byte.
    close
        The nearest of the others, nearest first.
    reordered
        Candidates that give the same outputs, but of other probes: told where nothing matches.
    """

    bytes: int
    missing: tuple[str, ...]
    matches: tuple[Match, ...]
    close: tuple[Match, ...]
    reordered: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and strings, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Say it in sentences."""
        lines = []
        if self.matches:
            names = " or ".join(f"{match.name} ({match.title})" for match in self.matches)
            lines.append(f"All {self.bytes} bytes are those of {names}.")
        else:
            lines.append(f"No known arithmetic gives these {self.bytes} bytes.")
        if self.reordered:
            lines.append(
                f"In another order of the probes they would be those of {' or '.join(self.reordered)}: check that each "
                "output stands under the name of its own probe."
            )
        if self.missing:
            lines.append(
                f"No output was given of {', '.join(self.missing)}: candidates that part there are not told apart."
            )
        for match in self.close:
            at = match.parts_at or {}
            lines.append(
                f"  {match.name}: {_bytes(match.differing)}; first {at.get('probe')} {at.get('index')}: it gives "
                f"{at.get('candidate')}, yours is {at.get('given')}"
            )
        return "\n".join(lines)


def identify(outputs: Mapping[str, Array], among: Sequence[Probe] | None = None) -> Identification:
    """Say which arithmetic gives these bytes.

    Parameters
    ----------
    outputs
        Codes by the probe's name; of any shape with the right number of them. Probes may be missing.
    among
        The probes; those that come with the project if None.

    Raises
    ------
    UserError
        If a name is no probe's, or an output has the wrong length or type.

    Examples
    --------
    >>> from resnet8doc.runtimes import RUNTIMES
    >>> given = {probe.name: probe.output(RUNTIMES["tflite_micro"]) for probe in probes()}
    >>> [match.name for match in identify(given).matches]
    ['tflite_micro']
    """
    known = {probe.name: probe for probe in (probes() if among is None else among)}
    made = _made_of_ours() if among is None else _made(known.values())
    given = {name: _fitting(name, value, known) for name, value in outputs.items()}
    if not given:
        raise UserError("there are no outputs", f"of {', '.join(known)}", "Run the probes and give what comes out.")
    found = []
    for candidate in candidates().values():
        differing = 0
        first: dict[str, Any] | None = None
        for name in (name for name in known if name in given):
            expected = made[candidate.name][name].ravel()
            wrong = np.flatnonzero(expected != given[name])
            differing += len(wrong)
            if len(wrong) and first is None:
                at = int(wrong[0])
                first = {"probe": name, "index": at, "candidate": int(expected[at]), "given": int(given[name][at])}
        found.append(Match(candidate.name, candidate.title, differing, first))
    others = sorted((match for match in found if match.differing), key=lambda match: match.differing)
    matches = tuple(match for match in found if not match.differing)
    return Identification(
        sum(value.size for value in given.values()),
        tuple(name for name in known if name not in given),
        matches,
        tuple(others[:CLOSE]),
        () if matches else tuple(_reordered(given, made)),
    )


def _made(known: Iterable[Probe]) -> dict[str, dict[str, Array]]:
    """Return what every candidate gives, by its name and the probe's."""
    known = tuple(known)
    return {
        candidate.name: {probe.name: probe.output(candidate.runtime) for probe in known}
        for candidate in candidates().values()
    }


@cache
def _made_of_ours() -> dict[str, dict[str, Array]]:
    """Return what every candidate gives of the project's own probes, computed once in a process."""
    return _made(probes())


def _reordered(given: Mapping[str, Array], made: Mapping[str, Mapping[str, Array]]) -> Iterator[str]:
    """Yield the candidates whose outputs are these in another order."""
    mine = sorted(value.tobytes() for value in given.values())
    for name, outputs in made.items():
        if mine == sorted(outputs[probe].tobytes() for probe in given):
            yield name


def _bytes(count: int) -> str:
    return "1 byte differs" if count == 1 else f"{count} bytes differ"


def _fitting(name: str, value: Array, known: Mapping[str, Probe]) -> Array:
    if name not in known:
        raise UserError(f"there is no probe {name!r}", f"one of {', '.join(known)}", "Name outputs as the probes are.")
    wanted = known[name].output(candidates()["onnxruntime_x86"].runtime)
    codes = np.asarray(value).ravel()
    if codes.size != wanted.size:
        raise UserError(
            f"the output of {name} has {codes.size} codes",
            f"{wanted.size}",
            "Give the whole output, in row-major order.",
        )
    if codes.dtype.kind not in "iu":
        raise UserError(f"the output of {name} is {codes.dtype}", "codes", "Give the integers, before dequantization.")
    if codes.dtype.itemsize == 1:
        return codes.view(wanted.dtype)  # raw bytes: the probe says how to read them
    limits = np.iinfo(wanted.dtype)
    if codes.min() < limits.min or codes.max() > limits.max:
        worst = codes.min() if codes.min() < limits.min else codes.max()
        raise UserError(f"the output of {name} holds {worst}", f"{limits.min} to {limits.max}", "Give 8-bit codes.")
    return codes.astype(wanted.dtype)


def read_outputs(path: Path) -> dict[str, Array]:
    """Read outputs: an ``.npz`` by probe, a folder of ``.npy``, ``.bin`` or ``.hex`` files, or one ``.hex`` of all.

    A ``.hex`` file has bytes of two hexadecimal digits, all probes one after another in their order.

    Raises
    ------
    UserError
        If nothing can be read, one file holds too few bytes or too many, or a probe has two files.
    """
    if path.is_dir():
        found: dict[str, Array] = {}
        for file in sorted(path.iterdir()):
            if file.suffix not in (".npy", ".bin", ".hex"):
                continue
            if file.stem in found:
                raise UserError(f"{path} has two files for {file.stem}", "one for each probe", "Remove one of them.")
            found[file.stem] = _read(file)
        if not found:
            raise UserError(f"{path} holds no outputs", ".npy, .bin or .hex files", "Name each file after its probe.")
        return found
    if path.suffix == ".npz":
        return read_numbers(path)
    content = _read(path)
    runtime = candidates()["onnxruntime_x86"].runtime
    lengths = {probe.name: probe.output(runtime).size for probe in probes()}
    if content.size != sum(lengths.values()):
        raise UserError(
            f"{path} has {content.size} bytes", f"{sum(lengths.values())}: every output, in the probes' order",
            "Give all of them, or a folder with a file for each.",
        )  # fmt: skip
    parts = np.split(content, np.cumsum(list(lengths.values()))[:-1])
    return dict(zip(lengths, parts, strict=True))


def _read(file: Path) -> Array:
    if file.suffix == ".npy":
        return next(iter(read_numbers(file).values()))
    if file.suffix == ".hex":
        return read_hex(file)
    try:
        return np.fromfile(file, np.uint8)
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror})", "a file of bytes", "Check the path.") from error
