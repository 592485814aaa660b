"""Compile CMSIS-NN, compare, write a record: ``python -m resnet8doc.proof.cmsis --source FOLDER [--release NAME]``."""

import argparse
import datetime
import sys
from pathlib import Path

from ... import dataset
from ...errors import UserError
from ...schemas import write_result
from ...workspace import artifact, build_folder
from ._library import open_source
from ._record import RECORD
from ._run import compare, differing

IMAGES, VALUES = 100, 1_000_000
NAME = "cmsis"


def main() -> None:
    """Compile, compare and print the counts; the record is replaced, also where something differs."""
    parser = argparse.ArgumentParser(prog="python -m resnet8doc.proof.cmsis", description=__doc__)
    parser.add_argument("--source", type=Path, help="a folder of CMSIS-NN, with Include and Source")
    parser.add_argument("--release", help="what this CMSIS-NN is called: its files have no release's number")
    given = parser.parse_args()
    open_source(given.source)  # what is wrong with the folder is said before the images are read
    found = compare(
        given.source, artifact("models/resnet8_int8.tflite"), dataset.load("test").images[:IMAGES],
        workplace=build_folder() / NAME, values=VALUES, release=given.release,
    )  # fmt: skip
    for row in (*found["network"], *found["operators"]):
        print(
            f"{row['name']:32} {row['values']:>10,} values: {row['mismatches']} differ; "
            f"rounded once: {row['once_mismatches']} differ, {row['once_unlike_micro']} not as Micro"
        )
    command = "python -m resnet8doc.proof.cmsis"
    write_result(RECORD, {"command": command, "date": str(datetime.date.today()), **found}, NAME)
    print(f"written: {RECORD}")
    if wrong := differing(found):
        raise UserError(
            f"CMSIS-NN gives {wrong:,} other values than the engine", "none",
            "Look for the change in CMSIS-NN's history between the record's dates and this source's; or report it.",
        )  # fmt: skip


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {error}")
