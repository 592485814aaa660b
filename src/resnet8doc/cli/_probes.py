"""Which arithmetic is it: probes to feed a device, and what its bytes say."""

from pathlib import Path
from typing import Annotated

import typer

from ._options import OutputJson


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(probes)
    app.command()(identify)


def probes(
    format: Annotated[str, typer.Option("--format", help="onnx, tflite, hex or c.")] = "onnx",
    output: Annotated[Path, typer.Option(help="Folder.")] = Path("probes"),
    search: Annotated[
        bool,
        typer.Option("--search", help="Search for the set again, which takes minutes, and write it into the package."),
    ] = False,
) -> None:
    """Write a few small operators whose outputs distinguish every known arithmetic from every other."""
    from ..probes import probes as known
    from ..probes import record, write

    if search:
        typer.echo(record())
        return
    for path in write(output, format):
        typer.echo(path)
    typer.echo(f"{len(known())} probes, {sum(probe.bytes for probe in known())} bytes of inputs and weights.")


def identify(
    outputs: Annotated[Path, typer.Argument(help="An .npz, a folder of .npy, .bin or .hex files, or one .hex file.")],
    output_json: OutputJson = None,
) -> None:
    """Say which arithmetic gives these outputs of the probes, which ones are close, and where they differ."""
    from ..files import write_json
    from ..probes import identify as run
    from ..probes import read_outputs

    found = run(read_outputs(outputs))
    if output_json is not None:
        write_json(output_json, found.to_dict())
    typer.echo(found)
    raise typer.Exit(0 if found.matches else 1)
