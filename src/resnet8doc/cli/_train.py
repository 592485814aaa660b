"""``train``: the bundled checkpoint, from nothing."""

from pathlib import Path
from typing import Annotated

import typer

from ..workspace import build_folder
from ._options import OutputJson
from ._output import give


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(train)


def train(
    output: Annotated[
        Path | None, typer.Option(help="Folder for bundled.npz and bundled.json; without it, the package itself.")
    ] = None,
    runs: Annotated[
        int,
        typer.Option(
            min=1, help="How many runs, with the seeds 0, 1 and so on; each uses one processor. The best is kept."
        ),
    ] = 2,
    output_json: OutputJson = None,
) -> None:
    """Train the bundled checkpoint on 45,000 images, and keep the run that is best on the 5,000 held-out ones.

    Takes an hour or more on a processor a run; interrupted, it goes on where it was.
    """
    from .. import checkpoints
    from ..models.training import make

    folder = output or Path(checkpoints.__file__).parent
    card = make(folder, build_folder() / "train", tuple(range(runs)))
    rows = [
        {"images": "held out", "accuracy %": card["held_out"]["accuracy"]},
        {"images": "test", "accuracy %": card["test"]["accuracy"]},
    ]
    give(card, output_json, f"The bundled checkpoint, in {folder}", rows)
