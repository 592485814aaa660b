"""A user's own inputs on disk: .npy, .npz, or a folder of pictures."""

from pathlib import Path
from typing import Any

import numpy.typing as npt

from ..errors import UserError
from ..graph import Graph
from ..reading import feeds

Array = npt.NDArray[Any]


def read_arrays(path: Path, graph: Graph) -> dict[str, Array]:
    """Return the arrays of an ``.npy`` or ``.npz`` by the names of the graph's inputs.

    Raises
    ------
    UserError
        If the file cannot be read, or does not hold what the graph is fed. Pickled objects are never loaded.
    """
    try:
        with path.open("rb") as stream:
            return feeds.read_arrays(stream, path.name, graph)
    except OSError as error:
        missing = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise UserError(f"{path} {missing}", "an .npy, an .npz or a folder of pictures", "Check the path.") from error


def read_pictures(folder: Path, graph: Graph, most: int | None) -> tuple[dict[str, Array], str]:
    """Return a folder's pictures, in the order of their names, as the graph's one input, and what was done to them.

    Raises
    ------
    UserError
        If the folder holds none, or one cannot be read; or as :func:`resnet8doc.reading.feeds.as_feed`.
    """
    from PIL import Image

    from ..pictures import opaque

    feeds.picture_shape(graph)
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in feeds.PICTURES)[:most]
    if not paths:
        raise UserError(
            f"{folder} holds no pictures", f"files that end in {', '.join(feeds.PICTURES)}", "Put some there."
        )
    pictures = []
    changed: dict[str, int] = {}
    for path in paths:
        try:
            with Image.open(path) as picture:
                made, done = opaque(picture)
        except UserError as error:
            raise UserError(f"{path}: {error.found}", error.expected, error.remedy) from error
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise UserError(f"{path} cannot be read ({error})", "a picture", "Remove it or write it again.") from error
        pictures.append(made)
        for sentence in done:
            changed[sentence] = changed.get(sentence, 0) + 1
    found, said = feeds.as_feed(graph, pictures)
    more = "".join(f" Of {count} of them: {sentence}" for sentence, count in changed.items())
    return found, f"{len(paths)} pictures of {folder}, {said}{'.' if more else ''}{more}"
