"""Run under emulation and write the record: ``python -m resnet8doc.proof.arm64 --python PROGRAM [--root FOLDER]``."""

import argparse
import datetime
import sys
from pathlib import Path

from ... import dataset
from ...errors import UserError
from ...files import write_json
from ...workspace import artifact, build_folder
from ._record import RECORD
from ._run import MODELS, run_under_emulation

IMAGES, CASES = 10, 60


def main() -> None:
    """Run networks and operators, print the counts, write the record."""
    parser = argparse.ArgumentParser(prog="python -m resnet8doc.proof.arm64", description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="a Python for 64-bit ARM with onnxruntime and numpy")
    parser.add_argument("--root", type=Path, help="the folder of that Python's system, with its C library")
    parser.add_argument("--qemu", help="the emulator, if not qemu-aarch64 of the search path")
    given = parser.parse_args()
    models = {name: artifact(f"models/{name}.onnx") for name in MODELS}
    images = dataset.load("test").images[:IMAGES]
    folder = build_folder() / "arm64"
    found = run_under_emulation(
        given.python, folder, models, images, cases=CASES, qemu=given.qemu, root=given.root
    )  # fmt: skip
    for row in (*found["networks"], *found["operators"]):
        print(f"{row['name']:28} {row['mismatches']:>8} of {row['values']:>10,}; x86-64: {row['unlike_x86']}")
    write_json(RECORD, {"command": "python -m resnet8doc.proof.arm64", "date": str(datetime.date.today()), **found})
    print(f"written: {RECORD}")


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {error}")
