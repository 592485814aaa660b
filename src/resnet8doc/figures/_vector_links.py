"""Links to an operator's test vectors, which are copied into the site."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..markup import Markup
from ._playground_link import playground_link
from ._table import Table, table

TITLES = {"npz": "NumPy", "json": "JSON", "c": "C header", "hex.zip": "hex for $readmemh"}


def vector_links(manifest: Mapping[str, Any], op_types: Collection[str], *, up: str = "../") -> Table:
    """Return links to the vectors of every node of some types, and to the node in the playground.

    Parameters
    ----------
    manifest
        ``vectors/manifest.json``, read.
    op_types
        ``{"QLinearConv"}``.
    up
        From the page to the site's root.

    Raises
    ------
    ValueError
        If there is no vector of such an operator.

    Examples
    --------
    >>> files = [{"node": "pool", "format": "npz", "path": "pool-image0.npz", "bytes": 2400}]
    >>> layers = [{"node": "pool", "layer": "pool", "op_type": "QLinearGlobalAveragePool"}]
    >>> print(vector_links({"files": files, "layers": layers}, {"QLinearGlobalAveragePool"}))
    node  playground  NumPy
    pool  open        image0.npz
    """
    nodes = [layer["node"] for layer in manifest["layers"] if layer["op_type"] in op_types]
    if not nodes:
        raise ValueError(f"no vector is of {', '.join(sorted(op_types))}")
    files = {(entry["node"], entry["format"]): entry["path"] for entry in manifest["files"]}
    formats = [form for form in TITLES if any((node, form) in files for node in nodes)]
    rows = [
        {
            "node": node,
            "playground": Markup("{}").format(playground_link(node, text="open", up=up)),
            **{form: _link(files.get((node, form)), node, up) for form in formats},
        }
        for node in nodes
    ]  # fmt: skip
    titles = {"node": "node", "playground": "playground", **{form: TITLES[form] for form in formats}}
    return table(rows, caption="Test vectors: input, parameters, accumulators, expected output", columns=titles)


def _link(path: str | None, node: str, up: str) -> Markup | None:
    """Return a link that says what is left of the file's name: the row names the node already."""
    link = Markup('<a href="{0}downloads/vectors/{1}" download>{2}</a>')
    return None if path is None else link.format(up, path, path.removeprefix(f"{node}-"))
