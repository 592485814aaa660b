"""Every operator's record is whole: what the tables need is there, and what it says is true."""

import inspect
import py_compile
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import onnx.defs
import pytest

import resnet8doc.ops
from resnet8doc.errors import UserError
from resnet8doc.imports import COLLECTORS, Imports
from resnet8doc.ops import OPERATORS, Operator
from resnet8doc.reading.onnx._since import BEFORE
from resnet8doc.runtimes.comparisons import COMPARISONS

RECORDS = list(OPERATORS.values())
OLDEST = 7
"""ONNX Runtime supports models of opset 7 and newer."""


def _ids(operator: Operator) -> str:
    return operator.name


def _history(operator: Operator) -> list[int]:
    """Return the opsets that gave an operator a new meaning, from the one that opset 7 has on."""
    schemas = onnx.defs.get_all_schemas_with_history()
    since = sorted(s.since_version for s in schemas if (s.domain, s.name) == (operator.domain, operator.op_type))
    if not since:
        assert operator.op_type in BEFORE, "neither the standard's nor ONNX Runtime's in its domain"
        return [1]
    first = max((version for version in since if version <= OLDEST), default=since[0])
    return [version for version in since if version >= first]


def test_every_record_of_every_file_is_collected() -> None:
    folder = Path(str(resnet8doc.ops.__file__)).parent
    written = {
        (path.stem, name)
        for path in folder.glob("_*.py")
        for name, value in vars(import_module(f"resnet8doc.ops.{path.stem}")).items()
        if isinstance(value, Operator)
    }
    assert len(written) == len(RECORDS), "two records of one operator"
    assert {vars(import_module(f"resnet8doc.ops.{module}"))[name].name for module, name in written} == {
        record.name for record in RECORDS
    }


def test_what_is_collected_counts_as_imported() -> None:
    registry = "resnet8doc.ops._registry"
    code = f"import sys, {registry}; print(*sorted(n for n in sys.modules if n.startswith('resnet8doc.ops.')))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    )
    assert registry in COLLECTORS
    assert loaded == Imports("resnet8doc").graph.find_modules_directly_imported_by(registry) | {registry}


@pytest.mark.parametrize("operator", RECORDS, ids=_ids)
def test_a_record_is_whole(operator: Operator) -> None:
    assert operator.function.__doc__, "the formula stands in the docstring"
    assert operator.function.__module__.startswith("resnet8doc.ops.")
    assert operator.outputs
    formals = {*operator.inputs, *operator.outputs}
    for formal, codes in operator.codes.items():
        assert formal in formals
        assert {codes.scale, codes.zero_point} <= set(operator.inputs)
    assert {operator.weights, operator.bias} - {None} <= set(operator.inputs)
    assert set(operator.ranks) <= set(operator.inputs)
    assert operator.optional <= set(operator.inputs)
    assert operator.exact is True or len(operator.exact) > 10, "a reason"
    for function in operator.older.values():
        assert function.__doc__
    if operator.kind == "codes":
        assert operator.exact is True, "on codes, equality is demanded"
        assert operator.loops is not None
        assert operator.element is not None
        assert "runtime" in inspect.signature(operator.function).parameters
        assert operator.parts or operator.op_type in COMPARISONS, "a truth value is neither clamped nor rounded"


@pytest.mark.parametrize("operator", [o for o in RECORDS if not o.domain], ids=_ids)
def test_every_version_of_the_standard_is_computed_or_refused_by_number(operator: Operator) -> None:
    history = _history(operator)
    assert set(operator.since_versions) <= set(history), "a version that the standard does not have"
    for version in history:
        if version in operator.since_versions:
            assert operator.at(version).op_type == operator.op_type
        else:
            with pytest.raises(UserError, match=f"{operator.op_type} has the meaning of opset {version};"):
                operator.at(version)
    for first in operator.older:
        assert first in history


@pytest.mark.parametrize("archived", [False, True])
def test_bytecode_alone_is_collected_too(tmp_path: Path, archived: bool) -> None:
    """As the browser has the package: no source, perhaps in a zip file."""
    package = Path(str(resnet8doc.__file__)).parent
    for source in (*package.glob("*.py"), *package.glob("arithmetic/*.py"), *package.glob("ops/*.py")):
        target = tmp_path / "bare" / source.relative_to(package.parent).with_suffix(".pyc")
        target.parent.mkdir(parents=True, exist_ok=True)
        py_compile.compile(str(source), str(target), doraise=True)
    where = shutil.make_archive(str(tmp_path / "bare"), "zip", tmp_path / "bare") if archived else tmp_path / "bare"
    code = (
        f"import sys; sys.path.insert(0, {str(where)!r}); from resnet8doc import ops; "
        "print(ops.__file__, *sorted(record.name for record in ops.OPERATORS.values()))"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env={})
    file, *names = run.stdout.split()
    assert file.startswith(str(where))
    assert names == sorted(record.name for record in RECORDS)
