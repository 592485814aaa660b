"""Run all releases, or those named, and write the record: ``python -m resnet8doc.proof.releases [RELEASE ...]``."""

import sys

from ...errors import UserError
from ...workspace import build_folder
from ._cases import FAULTS
from ._record import RECORD, write_record
from ._run import RELEASES, run_release


def main(names: list[str]) -> None:
    """Run and print; all releases together become the record, a few are only shown."""
    found = []
    for release in names or RELEASES:
        found.append(run_release(release, build_folder() / "releases" / release))
        print(f"{release}: done", flush=True)
    target = build_folder() / "releases" / "record.json" if names else RECORD
    record = write_record(found, target)
    for release, row in record["releases"].items():
        print(f"{release:8}", *(f"{fault.key} {row[fault.key]['verdict']}" for fault in FAULTS), sep="  ")
    print(f"written: {target}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"error: {error}")
