"""The build's extracted networks, opened by name."""

from .graph import Graph, load
from .workspace import artifact

SPECIFIED = "resnet8_int8_qoperator"
"""The network that the pages on operators and hardware specify: int8, a scale for each channel, integer operators."""


def open_network(name: str = SPECIFIED) -> Graph:
    """Open the extraction that the build made of a model.

    An extraction is two files. Both are asked for with :func:`resnet8doc.workspace.artifact`, so a page that opens a
    network is executed again when either has changed, and must list both in its front matter:
    ``"models/resnet8_int8_qoperator_operations.*"``.

    Parameters
    ----------
    name
        Of the model, without a suffix: ``"resnet8_int8_per_tensor_qoperator"``.

    Returns
    -------
    Graph
        Ready to run.

    Raises
    ------
    UserError
        If the build has no such extraction, or if the page that asks does not list it.

    Examples
    --------
    >>> open_network("resnet50")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: ...resnet50_operations.npz does not exist; expected ...
    """
    artifact(f"models/{name}_operations.npz")
    return load(artifact(f"models/{name}_operations.json"))
