"""``python -m resnet8doc.extract.standard`` writes down what the onnx package says of the standard's operators."""

from collections import defaultdict
from pathlib import Path

import onnx

from ..files import write_json
from ..reading import onnx as reading

TABLE = Path(reading.__file__).with_name("operators.json")
"""What :func:`resnet8doc.reading.onnx.since_versions` reads."""


def standard() -> dict[str, list[int]]:
    """Return the opsets in which each operator of the standard got a new meaning.

    Examples
    --------
    >>> standard()["Add"]
    [1, 6, 7, 13, 14]
    """
    found: defaultdict[str, list[int]] = defaultdict(list)
    for schema in onnx.defs.get_all_schemas_with_history():
        if not schema.domain:
            found[schema.name].append(schema.since_version)
    return {name: sorted(versions) for name, versions in sorted(found.items())}


if __name__ == "__main__":
    write_json(TABLE, standard())
