"""Files to take away: the modified extraction, captured tensors, figures."""

import copy
import io
import json
import zipfile
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from ...raster import png
from ..model._channels import as_channels
from ..model._edits import Modified
from ..model._run import Run
from ._mosaic import picture

Array = npt.NDArray[Any]


def npz(arrays: dict[str, Array]) -> bytes:
    """Return arrays as an ``.npz`` file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # numpy's stub takes the names for its own options
    return buffer.getvalue()


def packed(files: dict[str, bytes]) -> bytes:
    """Return files as one ``.zip``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def extraction(operations: dict[str, Any], modified: Modified) -> bytes:
    """Return a modified graph as an extraction, JSON and ``.npz`` in a ``.zip``.

    How operators compute is no part of an extraction; where that was changed, ``faults.json`` says it.

    Parameters
    ----------
    operations
        The original extraction's JSON, parsed.
    modified
        The graph after edits.
    """
    written = copy.deepcopy(operations)
    graph = modified.graph
    for entry, node in zip(written["nodes"], graph.nodes, strict=True):
        for listed, connected in zip(entry["inputs"], node.inputs, strict=True):
            listed["tensor"] = connected.tensor
            if connected.parameter and "value" in listed:
                listed["value"] = graph.parameters[connected.tensor].tolist()
    known = {entry["name"] for entry in written["initializers"]}
    for name in graph.parameters.keys() - known:  # a fault's own tensor, named "node:input"
        array = graph.parameters[name]
        node_name, formal = name.rsplit(":", 1)
        written["initializers"].append({
            "name": name, "dtype": str(array.dtype), "stored_dtype": str(array.dtype), "shape": list(array.shape),
            "read_by": [{"node": node_name, "input": formal,
                         "index": [e.formal for e in graph.node(node_name).inputs].index(formal)}],
        })  # fmt: skip
    stem = f"{graph.name}_modified_operations"
    tensors = npz(dict(graph.parameters))
    written["model"]["name"] = f"{graph.name}_modified"
    written["tensors"] = {"file": f"{stem}.npz", "sha256": sha256(tensors).hexdigest()}
    files = {f"{stem}.json": json.dumps(written, indent=1).encode(), f"{stem}.npz": tensors}
    if modified.runtimes:
        described = {name: how.describe_faults() for name, how in modified.runtimes.items()}
        files["faults.json"] = json.dumps(described, indent=1).encode()
    return packed(files)


def captured(runs: dict[str, Run | None]) -> bytes:
    """Return every tensor of every run as an ``.npz``, named ``run/tensor``."""
    return npz({f"{name}/{tensor}": value for name, run in runs.items() if run for tensor, value in run.values.items()})


def figures(tensor: str, runs: dict[str, Run | None], graph: str) -> bytes:
    """Return pictures in a ``.zip``: the graph as SVG, and one tensor's mosaic of each run as PNG.

    Parameters
    ----------
    tensor
        Name of an operator's output.
    runs
        By name.
    graph
        The graph's SVG.
    """
    style = (
        "<style>text{font:11px sans-serif;text-anchor:middle}path{fill:none;stroke:#777}rect{stroke:#777}"
        ":root{--r8-box:#eee;--r8-ink:#000}</style>"
    )
    standalone = graph.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    head, rest = standalone.split(">", 1)
    files = {"graph.svg": f"{head}>{style}{rest}".encode()}
    for name, run in runs.items():
        if run is not None and tensor in run.values:
            channels = as_channels(run.real(tensor))
            pixels = picture(channels, float(channels.min()), float(channels.max()))
            files[f"{tensor.replace('/', '_')}_{name}.png"] = png(pixels.repeat(4, axis=0).repeat(4, axis=1))
    return packed(files)
