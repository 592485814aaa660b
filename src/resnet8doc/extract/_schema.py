"""The extraction's published schema."""

from typing import Any

from .. import schemas
from ..errors import UserError

NAME = "operations"
REMEDY = "Extract the model again: python -m resnet8doc extract MODEL."

NUMBERS = (int, float)
WORDS = ("nan", "inf", "-inf")
"""What stands for numbers that JSON has not. These lists are looked at here, not by the schema: jsonschema takes a
hundred times as long for each of a model's ten thousand scales."""


def schema() -> dict[str, Any]:
    """Return the JSON schema of ``<model>_operations.json``.

    Examples
    --------
    >>> schema()["title"]
    'Operations of a model'
    """
    return schemas.schema(NAME)


def validate(operations: Any) -> None:
    """Hold an extraction against the schema.

    Raises
    ------
    UserError
        If it does not hold; the message says where.
    """
    schemas.validate(operations, NAME, remedy=REMEDY)
    for node in operations["nodes"]:
        for entry in node["inputs"]:
            value = entry.get("value")
            if isinstance(value, list) and not all(type(v) in NUMBERS or v in WORDS for v in value):
                raise UserError(
                    f"{NAME}: nodes[{node['index']}].inputs[{entry['index']}].value has an entry that is no number",
                    f"what {NAME}.schema.json describes", REMEDY,
                )  # fmt: skip
