"""Measure and print."""

import argparse
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from . import _groups, _main_job, _playground_change, _playground_start, _specification
from ._figure import Figure

Measurement = Callable[[], Iterator[Figure]]

MEASUREMENTS: dict[str, Measurement] = {
    "import": _main_job.importing,
    "evaluator": _main_job.evaluating,
    "engine": _specification.engine,
    "groups": _groups.grouped,
    "tflite": _specification.tflite,
    "proof-1000": _specification.proof,
    "c-micro": _specification.c_and_micro,
    "playground": _playground_change.changing,
    "playground-start": _playground_start.start,
    "warm": _main_job.warm_build,
    "c": _specification.c,
    "proof": _specification.whole_proof,
    "cold": _main_job.cold_build,
}
HEAVY = ("c", "proof", "cold")
"""Measured only where they are named: they take many minutes."""


def main() -> None:
    """Run the measurements named on the command line, or all but the heavy ones."""
    parser = argparse.ArgumentParser(prog="nox -s bench --", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MEASUREMENTS], metavar="NAME", help=", ".join(MEASUREMENTS))
    names = parser.parse_args().names or [name for name in MEASUREMENTS if name not in HEAVY]
    table = Table("figure", "measured", "peer", "ratio", "to reach", "reached")
    console = Console(width=150)
    for name in names:
        with console.status(name):
            for figure in MEASUREMENTS[name]():
                ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
                reached = "yes" if figure.reached else "NO"
                table.add_row(figure.name, figure.measured, figure.peer, ratio, figure.target, reached)
    console.print(table)


if __name__ == "__main__":
    main()
