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
    error = best_match(Draft202012Validator(schema()).iter_errors(operations))
    if error is not None:
        where = "/".join(str(part) for part in error.absolute_path) or "the top"
        raise UserError(
            f"the extraction breaks its schema at {where}: {error.message[:200]}",
            "JSON as operations.schema.json describes it",
            "Extract the model again: python -m resnet8doc extract MODEL.onnx.",
        )
