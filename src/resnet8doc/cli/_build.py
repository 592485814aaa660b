"""``build``: everything."""

from typing import Annotated

import typer

from ._options import Checkpoint, Jobs


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(build)


def build(
    checkpoint: Checkpoint = "bundled",
    jobs: Jobs = 2,
    site: Annotated[bool, typer.Option(help="Build the HTML site too.")] = True,
) -> None:
    """Make whatever is missing or out of date: data, models, results, and the site in build/html."""
    from ..pipeline import run
    from ..pipeline.stages import all_stages
    from ..workspace import build_folder

    folder = build_folder()
    run(all_stages(checkpoint, site_too=site), folder, processes=jobs)
    if site:
        typer.echo(f"Open {folder / 'html' / 'index.html'}")
