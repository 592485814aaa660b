"""The extraction's published schema."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from ..errors import UserError


@cache
def schema() -> dict[str, Any]:
    """Return the JSON schema of ``<model>_operations.json``.

    Examples
    --------
    >>> schema()["title"]
    'Operations of a model'
    """
    text = (files("resnet8doc") / "schemas" / "operations.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def validate(operations: Any) -> None:
    """Hold an extraction against the schema.

    Raises
    ------
    UserError
        If it does not hold; the message says where.
    """
    error = best_match(_validator().iter_errors(operations))
    if error is not None:
        where = "/".join(str(part) for part in error.absolute_path) or "the top"
        _refuse(where, error.message[:200])
    for node in operations["nodes"]:
        for entry in node["inputs"]:
            value = entry.get("value")
            if isinstance(value, list) and not all(type(v) in NUMBERS or v in WORDS for v in value):
                _refuse(f"nodes/{node['index']}/inputs/{entry['index']}/value", "an entry is no number")


NUMBERS = (int, float)
WORDS = ("nan", "inf", "-inf")
"""What stands for numbers that JSON has not. These lists are looked at here, not by the schema: jsonschema takes a
hundred times as long for each of a model's ten thousand scales."""


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def _refuse(where: str, why: str) -> None:
    raise UserError(
        f"the extraction breaks its schema at {where}: {why}", "JSON as operations.schema.json describes it",
        "Extract the model again: python -m resnet8doc extract MODEL.onnx.",
    )  # fmt: skip
