"""Stages run when, and only when, something they depend on has changed.

Where it is not the number of processes that is tested it is one: to fork the tests' own, which is large, takes longer
than the stages.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import resnet8doc
from resnet8doc.errors import UserError
from resnet8doc.files import read_json
from resnet8doc.pipeline import Stage, run
from resnet8doc.pipeline._closure import source_files
from resnet8doc.pipeline._state import StateFile


def copy(build: Path, source: str, target: str) -> None:
    """Copy a file, and note in another that it happened."""
    (build / target).write_text((build / source).read_text())
    with (build / "journal").open("a") as journal:
        journal.write(f"{target}\n")


def refuse(build: Path) -> None:
    """Fail as on a user's mistake."""
    raise UserError("the scale is 0", "a positive scale", "Give another.")


def stop(build: Path) -> None:
    """Wait to be killed."""
    (build / "waiting").write_text("")
    time.sleep(600)


def chain(*, last: Stage | None = None) -> list[Stage]:
    stages = [
        Stage("one", copy, ("a", "b"), reads=("a",), writes=("b",)),
        Stage("two", copy, ("b", "c"), reads=("b",), writes=("c",)),
        Stage("aside", copy, ("x", "y"), reads=("x",), writes=("y",)),
    ]
    return [*stages, last] if last else stages


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "a").write_text("1")
    (tmp_path / "x").write_text("2")
    return tmp_path


def executed(build: Path) -> list[str]:
    journal = build / "journal"
    lines = journal.read_text().split() if journal.exists() else []
    journal.unlink(missing_ok=True)
    return sorted(lines)


@pytest.mark.parametrize("processes", [1, 2])
def test_only_what_depends_on_a_change_runs_again(build: Path, processes: int) -> None:
    run(chain(), build, processes=processes)
    assert executed(build) == ["b", "c", "y"]
    run(chain(), build, processes=processes)
    assert executed(build) == []
    (build / "a").write_text("changed")
    run(chain(), build, processes=processes)
    assert executed(build) == ["b", "c"]
    assert (build / "c").read_text() == "changed"


def test_a_missing_file_is_made_again(build: Path) -> None:
    run(chain(), build, processes=1)
    executed(build)
    (build / "c").unlink()
    run(chain(), build, processes=1)
    assert executed(build) == ["c"]


def test_a_setting_counts_as_an_input(build: Path) -> None:
    def stages(seed: int) -> list[Stage]:
        return [Stage("one", copy, ("a", "b"), reads=("a",), writes=("b",), settings={"seed": seed})]

    for seed, expected in ((1, ["b"]), (1, []), (2, ["b"])):
        run(stages(seed), build, processes=1)
        assert executed(build) == expected


def test_wanted_files_bring_their_inputs_and_nothing_else(build: Path) -> None:
    run(chain(), build, ("c",), processes=1)
    assert executed(build) == ["b", "c"]


def test_each_stage_notes_what_it_read_and_wrote(build: Path) -> None:
    run(chain(), build, processes=1)
    stamp = read_json(build / "stages" / "two.json")
    assert stamp["stage"] == "two"
    assert stamp["writes"]["c"]["bytes"] == 1
    assert list(stamp["reads"]) == ["b"]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_users_mistake_is_said_without_a_traceback(
    build: Path, processes: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match="a stage of the pipeline failed"):
        run(chain(last=Stage("bad", refuse, writes=("never",))), build, processes=processes)
    said = capfd.readouterr().err
    assert "FAILED bad\nthe scale is 0; expected a positive scale. Give another." in said
    assert "Traceback" not in said


def command(build: Path, stages: str) -> list[str]:
    """Return what runs ``stages`` of this module in a process of its own."""
    code = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_run import Stage, chain, run, stop
run({stages}, Path({str(build)!r}), processes=1)
"""
    return [sys.executable, "-c", code]


def speak(build: Path) -> None:
    """Print from Python and past it."""
    print("said by Python")
    os.write(2, b"said by a library\n")


@pytest.mark.parametrize("processes", [1, 2])
def test_what_a_stage_says_is_in_its_log_alone(build: Path, processes: int, capfd: pytest.CaptureFixture[str]) -> None:
    run([Stage("talk a lot", speak)], build, processes=processes)
    assert sorted((build / "logs" / "talk_a_lot.log").read_text().splitlines()) == [
        "said by Python",
        "said by a library",
    ]
    assert "said by" not in "".join(capfd.readouterr())


def fail(build: Path) -> None:
    """Fail as a defect does."""
    raise ZeroDivisionError


def test_a_defect_is_shown_whole(build: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="a stage of the pipeline failed"):
        run([Stage("bad", fail)], build)
    said = capfd.readouterr().err
    assert "Traceback" in said
    assert "ZeroDivisionError" in said


def test_a_killed_run_goes_on_where_it_was(build: Path) -> None:
    waiting = "chain(last=Stage('last', stop, reads=('c', 'y'), writes=('z',)))"
    process = subprocess.Popen(command(build, waiting), start_new_session=True)
    while not (build / "waiting").exists():
        assert process.poll() is None, "the run ended by itself"
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert executed(build) == ["b", "c", "y"]
    subprocess.run(command(build, "chain()"), check=True)
    assert executed(build) == []


def test_the_state_is_written_once_a_stage(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage has a value for each of hundreds of files: written after every value, the state took half of a build."""
    written: list[str] = []
    dump = StateFile.dump

    def counted(self: StateFile) -> None:
        written.append(self.name)
        dump(self)

    monkeypatch.setattr(StateFile, "dump", counted)
    stages = chain()
    run(stages, build, processes=1)
    assert len(executed(build)) == len(stages)
    assert len(written) == len(stages) + 2, "and for the group, and at the end"


def test_the_closure_of_a_stage_follows_its_imports_and_no_other_stage() -> None:
    def names(module: str) -> set[str]:
        root = Path(resnet8doc.__file__).parent
        return {str(path.relative_to(root)) for path in source_files(f"resnet8doc.{module}")}

    calibrate = names("pipeline.stages.calibrate")
    assert {"pipeline/stages/calibrate.py", "dataset/_calibration.py", "errors.py", "__init__.py"} <= calibrate
    assert not any(
        name.startswith(("quantize", "models", "pipeline/_", "pipeline/stages/dataset")) for name in calibrate
    )
    evaluate = names("pipeline.stages.evaluate")
    assert {"evaluate/_evaluator.py", "schemas/evaluation.schema.json"} <= evaluate
    assert "quantize/onnxruntime.py" not in evaluate
    assert "quantize/onnxruntime.py" in names("pipeline.stages.quantize")
