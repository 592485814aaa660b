"""Every operator's record is whole: what the tables need is there, and what it says is true."""

import inspect

import onnx.defs
import pytest

from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS, Operator
from resnet8doc.ops._registry import MODULES

RECORDS = list(OPERATORS.values())
OLDEST = 7
"""ONNX Runtime supports models of opset 7 and newer."""


def _ids(operator: Operator) -> str:
    return operator.name


def _history(operator: Operator) -> list[int]:
    """Return the opsets that gave an operator a new meaning, from the one that opset 7 has on."""
    schemas = onnx.defs.get_all_schemas_with_history()
    since = sorted(s.since_version for s in schemas if (s.domain, s.name) == (operator.domain, operator.op_type))
    first = max((version for version in since if version <= OLDEST), default=since[0])
    return [version for version in since if version >= first]


def test_every_file_of_operators_is_collected() -> None:
    from importlib import import_module
    from pathlib import Path

    import resnet8doc.ops

    folder = Path(str(resnet8doc.ops.__file__)).parent
    written = {path.stem for path in folder.glob("_*.py") if "Operator(" in path.read_text(encoding="utf-8")}
    written -= {"_operator", "_registry"}
    assert written == {module.__name__.rsplit(".", 1)[1] for module in MODULES}
    for name in written:
        import_module(f"resnet8doc.ops.{name}")


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
        assert operator.parts


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
