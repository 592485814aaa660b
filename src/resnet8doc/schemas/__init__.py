"""The published JSON schemas of the result files, and the check against them.

Every result file names its schema in its member ``schema``: ``"evaluation"`` is ``evaluation.schema.json`` here.
"""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import write_json


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the JSON schema ``<name>.schema.json``.

    Examples
    --------
    >>> schema("evaluation")["title"]
    'Evaluation'
    """
    text = files(__package__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    result: dict[str, Any] = json.loads(text)
    return result


def validate(
    value: Any,
    name: str,
    path: Path | None = None,
    remedy: str = "The file is of another version or was edited: delete it and build it again.",
) -> None:
    """Check ``value`` against the schema ``name``.

    Parameters
    ----------
    value
        What a result file holds.
    name
        The schema's name.
    path
        The file, for the message.
    remedy
        What a user does about it.

    Raises
    ------
    UserError
        If it is not as the schema says; the message names the first member that is not.

    Examples
    --------
    >>> validate({}, "evaluation")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: evaluation: ... is a required property; expected what evaluation.schema.json ...
    """
    from jsonschema.exceptions import best_match

    try:
        problem = best_match(_validator(name).iter_errors(value))
    except RecursionError as error:
        raise UserError(f"{path or name} is nested too deep", f"what {name}.schema.json describes", remedy) from error
    if problem is not None:
        where = f" at {problem.json_path}" if problem.json_path != "$" else ""
        raise UserError(f"{path or name}: {problem.message[:300]}{where}", f"what {name}.schema.json describes", remedy)


def write_result(path: Path, found: Any, name: str) -> None:
    """Write a result that names its schema, and is as that says.

    Parameters
    ----------
    path
        Where to.
    found
        The result, without its ``schema``.
    name
        The schema's name.

    Raises
    ------
    UserError
        If it is not as the schema says, or cannot be written; then no file is left.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "tflite_kernels.json"
    >>> write_result(path, {"model": "resnet8_int8", "inputs": 1000}, "tflite_kernels")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: ...tflite_kernels.json: 'pairs' is a required property; expected what ...
    """
    named = {"schema": name, **found}
    validate(json.loads(json.dumps(named, allow_nan=False)), name, path)  # as a reader finds it: a tuple is an array
    write_json(path, named)


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    registry: Registry[Any] = Registry(  # type: ignore[call-arg]  # attrs strips the underscore of its field
        retrieve=lambda uri: Resource.from_contents(schema(uri.removesuffix(".schema.json")))
    )
    return Draft202012Validator(schema(name), registry=registry)
