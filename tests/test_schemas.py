"""Every result that the build writes names its schema; the schema takes it, and refuses it where it is spoilt."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from resnet8doc.errors import UserError
from resnet8doc.files import read_json
from resnet8doc.pipeline.stages import all_stages
from resnet8doc.schemas import schema, validate, write_result

SUFFIX = ".schema.json"
NAMES = sorted(
    entry.name.removesuffix(SUFFIX) for entry in files("resnet8doc.schemas").iterdir() if entry.name.endswith(SUFFIX)
)
RESULTS = [
    name
    for stage in all_stages("bundled", site_too=False)
    for name in stage.writes
    if name.startswith("results/") and name.endswith(".json")
]
"""All but that of the criteria, which is written while tests run: `tests/test_criteria.py` looks at it."""

KERNELS: dict[str, Any] = {
    "model": "made up", "inputs": 2,
    "pairs": [{"one": "a", "other": "b", "values": 4, "different": 1, "outputs": 1, "predictions": 0}],
}  # fmt: skip


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema's parts that describe objects with members of their own."""
    if isinstance(node, dict):
        if "object" in node.get("type", ()) and "properties" in node:
            yield node
        for part in node.values():
            yield from objects(part)
    elif isinstance(node, list):
        for part in node:
            yield from objects(part)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_says_of_every_object_what_else_it_may_hold(name: str) -> None:
    described = schema(name)
    Draft202012Validator.check_schema(described)
    assert described["title"]
    assert described["description"]
    for part in objects(described):
        assert set(part.get("required", ())) <= set(part["properties"]) or part["additionalProperties"], part
        assert "additionalProperties" in part, part
    given = described["properties"].get("schema")
    assert given is None or (given["const"] == name and "schema" in described["required"])


def test_a_result_gets_its_schema_s_name(tmp_path: Path) -> None:
    path = tmp_path / "results" / "kernels.json"
    write_result(path, KERNELS, "tflite_kernels")
    assert read_json(path) == {"schema": "tflite_kernels", **KERNELS}
    write_result(path, {**KERNELS, "pairs": tuple(KERNELS["pairs"])}, "tflite_kernels")
    assert read_json(path) == {"schema": "tflite_kernels", **KERNELS}, "a tuple is written as an array"


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        ({"model": "made up", "inputs": 2}, "'pairs' is a required property"),
        ({**KERNELS, "inputs": "2"}, r"'2' is not of type 'integer' at \$.inputs"),
        ({**KERNELS, "inputs": 0}, r"0 is less than the minimum of 1 at \$.inputs"),
        ({**KERNELS, "more": 1}, r"'more' was unexpected"),
        ({**KERNELS, "pairs": [{**KERNELS["pairs"][0], "seconds": 1}]}, r"'seconds' was unexpected\) at \$.pairs\[0\]"),
    ],
)
def test_a_result_that_is_not_as_its_schema_says_is_not_written(
    spoilt: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "kernels.json"
    with pytest.raises(UserError, match=message):
        write_result(path, spoilt, "tflite_kernels")
    assert not path.exists()


def shortened(node: Any) -> Any:
    """Cut every list to three entries."""
    if isinstance(node, list):
        return [shortened(part) for part in node[:3]]
    return {key: shortened(part) for key, part in node.items()} if isinstance(node, dict) else node


@pytest.mark.slow
@pytest.mark.parametrize("name", RESULTS)
def test_what_the_build_wrote_is_as_its_schema_says(name: str, artifact: Callable[[str], Path]) -> None:
    """The whole result; what is spoilt is a short one, where the schema takes it: each time all of it is looked at."""
    found = read_json(artifact(name))
    of = found["schema"]
    assert of in NAMES
    validate(found, of)
    with suppress(UserError):
        validate(shortened(found), of)
        found = shortened(found)
    for key in found:
        with pytest.raises(UserError, match=f"{of}:"):
            validate({other: value for other, value in found.items() if other != key}, of)
        with pytest.raises(UserError, match=f"{of}:"):
            validate({**found, key: [json.dumps(found[key])[:20], {}]}, of)
    with pytest.raises(UserError, match=f"{of}: .*'stranger' was unexpected"):
        validate({**found, "stranger": 0}, of)


@pytest.mark.slow
def test_gates_without_a_simulator_leave_out_what_it_measures(artifact: Callable[[str], Path]) -> None:
    found = read_json(artifact("results/rtl.json"))
    left = {key: found[key] for key in schema("rtl")["required"]}
    with pytest.raises(UserError, match="'units' is a required property"):
        validate(left, "rtl")
    validate({**left, "missing": "verilator is not installed"}, "rtl")


@pytest.mark.slow
def test_only_pytorch_says_what_its_engines_are(artifact: Callable[[str], Path]) -> None:
    found = read_json(artifact("results/quantization/tflite.json"))
    with pytest.raises(UserError, match="quantization: "):
        validate({**found, "engines": ["fbgemm"]}, "quantization")
    with pytest.raises(UserError, match=r"'engines' is a required property"):
        validate({**found, "runtime": "pytorch"}, "quantization")
