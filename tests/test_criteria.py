"""Every criterion of a phase that is said to be done is held by a test, and the run's outcome is written down."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from resnet8doc.criteria import claimed, criteria, holders

TESTS = Path(__file__).parent
HELD = holders(TESTS)

EXAMPLE = """
import pytest

@pytest.mark.criterion("1.1")
def test_passes(record_property):
    record_property("evidence", "8,712 of 10,000")

@pytest.mark.criterion("1.1")
@pytest.mark.parametrize("x", [1, 2])
def test_of_two(x):
    assert x == 1

class TestGroup:
    @pytest.mark.criterion("1.2")
    def test_in_a_class(self):
        pytest.skip("not here")

@pytest.mark.criterion("1.3")
def test_left_out():
    pass

@pytest.mark.criterion("1.4")
def test_with_broken_fixture(no_such_fixture):
    pass
"""


@pytest.mark.parametrize("number", [criterion.number for criterion in claimed()])
def test_every_claimed_criterion_has_a_test(number: str) -> None:
    assert HELD[number], f'no test carries @pytest.mark.criterion("{number}"): {criteria()[number].text}'


def test_numbers_follow_their_phases() -> None:
    assert [criterion.number.split(".")[0] for criterion in criteria().values()] == [
        str(criterion.phase) for criterion in criteria().values()
    ]


def test_a_number_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_x.py").write_text(EXAMPLE.replace('"1.1"', '"1.9"'))
    with pytest.raises(ValueError, match=r"tests/test_x\.py:5 carries criterion '1\.9', which does not exist"):
        holders(tests)


@pytest.mark.parametrize("parallel", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "xdist"])
def test_outcomes_are_written(tmp_path: Path, parallel: tuple[str, ...]) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text(EXAMPLE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = criterion(number): x\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "resnet8doc.criteria_plugin", "-k", "not left_out"]
    # Other plugins that are installed here take longer to import than these tests to run.
    result = subprocess.run(
        [*command, *parallel, "--criteria-json", "out/criteria.json"],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1, result.stdout
    written = json.loads((tmp_path / "out" / "criteria.json").read_text())
    assert written["schema"] == "criteria"
    entries = {entry["number"]: entry for entry in written["criteria"]}
    assert list(entries) == list(criteria())
    outcomes = {
        number: {test["id"].split("::")[-1]: test["outcome"] for test in entries[number]["tests"]} for number in entries
    }
    assert outcomes["1.1"] == {"test_passes": "passed", "test_of_two[1]": "passed", "test_of_two[2]": "failed"}
    assert outcomes["1.2"] == {"test_in_a_class": "skipped"}
    assert outcomes["1.3"] == {"test_left_out": "not run"}
    assert outcomes["1.4"] == {"test_with_broken_fixture": "failed"}
    assert entries["1.1"]["evidence"] == ["8,712 of 10,000"]
    assert entries["1.1"]["tests"][0].items() >= {"file": "tests/test_x.py", "line": 5}.items()
    assert entries["2.1"]["tests"] == []
