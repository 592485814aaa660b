"""The tests that hold the user's criteria, run on what was made; their outcomes are a page of the site."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...criteria import holders
from ...errors import UserError
from ...workspace import BUILD_VARIABLE
from .._stage import PROCESSES, Stage

ROOT = Path(__file__).parents[4]
RESULT = "results/criteria.json"
LOG = "logs/criteria.log"
BROWSER = "tests/browser/"
CHOSEN = "criterion and not browser and not other_checkpoint"


def stages(others: Sequence[Stage]) -> Iterator[Stage]:
    """Yield the stage that runs the criteria's tests on what the ``others`` made."""
    yield Stage(
        "criteria",
        run,
        reads=tuple(name for stage in others for name in stage.writes if not name.startswith("logs/")),
        writes=(RESULT, LOG),
        sources=tuple(
            sorted(
                [
                    *(ROOT / "tests").rglob("*.py"),
                    *(ROOT / "src").rglob("*.py"),
                    *(ROOT / "src").rglob("*.toml"),
                    ROOT / "pyproject.toml",
                ]
            )
        ),
    )


def run(build: Path) -> None:
    """Run the criteria's tests that need no browser and no other checkpoint; one that fails stops the build."""
    # The files that hold criteria, and not all: collecting tests costs more than running these.
    files = sorted({holder.file for tests in holders(ROOT / "tests").values() for holder in tests})
    command = [
        sys.executable, "-m", "pytest", "-p", "resnet8doc.criteria_plugin", "-p", "no:cacheprovider",
        "-m", CHOSEN, "-n", str(PROCESSES), "--criteria-json", str(build / RESULT),
        *(file for file in files if not file.startswith(BROWSER)),
    ]  # fmt: skip
    log = build / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as stream:
        status = subprocess.run(
            command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT, env=_environment(build), check=False
        ).returncode
    if status:
        failed = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith(("FAILED", "ERROR"))]
        raise UserError(
            f"{len(failed)} tests of the criteria failed ({'; '.join(failed)[:2000]})",
            "every criterion to hold",
            f"Read {log}.",
        )


def _environment(build: Path) -> dict[str, str]:
    return {**os.environ, BUILD_VARIABLE: str(build)}
