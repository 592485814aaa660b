"""A specification of any model, as a small site of its own."""

from pathlib import Path
from typing import Annotated

import typer

from ._options import Images, Shape, Source


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(spec)


def spec(
    model: Annotated[
        Path,
        typer.Argument(help="An ONNX model, a .tflite file or an extraction (…_operations.json).", metavar="MODEL"),
    ],
    source: Source = None,
    shape: Shape = None,
    images: Images = None,
    runtime: Annotated[
        str | None,
        typer.Option(
            help="The arithmetic: onnxruntime_x86, tflite_micro or another of resnet8doc.runtimes. Without "
            "it, that of TensorFlow Lite Micro for a TensorFlow Lite file, or of the first kernel set that has all of "
            "it if Micro has not, and of ONNX Runtime on x86-64 for others."
        ),
    ] = None,
    playground: Annotated[
        str | None,
        typer.Option(
            help="A playground's folder, html/playground of a built site: copied, it opens the network by itself. Or "
            "the address of a playground's page, …/playground/app/index.html, to lead there.",
            metavar="FOLDER|ADDRESS",
        ),
    ] = None,
    output: Annotated[Path, typer.Option(help="A new or empty folder.")] = Path("specification"),
) -> None:
    """Write a model's specification: pages and files that open from disk, every number computed now."""
    from ..inputs import parse_shapes
    from ..specification import open_subject, write_specification

    subject = open_subject(model, source, parse_shapes(shape or []), images=images, runtime=runtime)
    typer.echo(write_specification(subject, output, playground=playground))
