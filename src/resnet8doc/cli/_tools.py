"""Tools on a user's own files: extract, draw, vectors, check, c."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import UserError
from ._networks import numbered, say_whose, whose
from ._options import (
    FusedMayStandAlone,
    Layout,
    Model,
    Network,
    OutputJson,
    Shape,
    Source,
    Variant,
    Whose,
)

if TYPE_CHECKING:  # ONNX Runtime is loaded by the commands that need it
    pass


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (draw, vectors, check):
        app.command()(command)
    app.command(cls=FusedMayStandAlone)(extract)
    app.command("c")(write_c)


def extract(
    model: Model,
    output: Annotated[Path | None, typer.Option(help="Folder; without it, beside the model.")] = None,
    fused: Annotated[
        Literal["default", "integers"] | None,
        typer.Option(
            help="Extract the graph that ONNX Runtime makes from the model here: by default (--fused alone), or with "
            "int8 activations allowed (integers: session.qdqisint8allowed=1)."
        ),
    ] = None,
    channels_first: Annotated[
        bool, typer.Option("--channels-first", help="Write the fused graph in the form that the hardware tools read.")
    ] = False,
) -> None:
    """Write every node, scale, zero point, weight and edge as JSON with an .npz beside it."""
    from ..extract import extract as run

    if channels_first and fused is None:
        raise UserError("--channels-first without --fused", "both", "Add --fused, or leave out --channels-first.")
    path = run(model, output, fused=fused, channels_first=channels_first)
    typer.echo(f"{path}\n{path.with_suffix('.npz')}")
    if fused is not None:
        _say_what_stays_real(path)


def _say_what_stays_real(path: Path) -> None:
    """List the tensors of a fused graph that are not codes, each with the reason."""
    from ..extract import load, real_tensors
    from ..files import read_json

    kinds = {entry["name"]: entry["dtype"] for entry in read_json(path)["initializers"]}
    graph = load(path)
    rows = real_tensors(graph, kinds)
    typer.echo(f"{len(rows)} of {len(graph.tensors)} tensors are real:")
    for row in rows:
        typer.echo(f"  {row.tensor}: {row.why}")


def draw(
    model: Model,
    output: Annotated[Path | None, typer.Option(help="Folder; without it, beside the model.")] = None,
) -> None:
    """Draw a model as SVG and PNG: operators, data flow, scales and zero points; and print it as Mermaid."""
    from ..extract import load
    from ..figures import mermaid, nodes_of, nodes_of_graph, write_graph
    from ..models import read_onnx

    graph = load(model)
    folder = output or model.parent
    for kind in ("svg", "png"):
        typer.echo(write_graph(graph, folder / f"{model.stem}.{kind}"))
    try:
        boxes = nodes_of(read_onnx(model)) if model.suffix == ".onnx" else nodes_of_graph(graph)
    except UserError:  # one that the standard's checker refuses, such as nodes out of order, and the engine reads
        boxes = nodes_of_graph(graph)
    typer.echo(mermaid(boxes))


def vectors(
    layer: Annotated[list[str] | None, typer.Option(help="Name of a layer; may be repeated. Without it, all.")] = None,
    image: Annotated[list[int] | None, typer.Option(help="Number of an image or other item; may be repeated.")] = None,
    format: Annotated[
        list[str] | None,
        typer.Option("--format", help="npz, json, c, hex or hex.zip; may be repeated. Without it, npz."),
    ] = None,
    network: Network = None,
    source: Source = None,
    shape: Shape = None,
    runtime: Whose = None,
    output: Annotated[Path, typer.Option(help="A new or empty folder.")] = Path("vectors"),
) -> None:
    """Write test vectors: input, weights, scales, accumulators and expected output of real layers."""
    from ..hardware import write_vectors

    graph = whose(network, shape, runtime)
    given, numbers = numbered(graph, source, image)
    made = write_vectors(graph, given.feeds, numbers, layer, format or ["npz"], output, credit=given.credit)
    typer.echo(f"{made}\nof {given.said}")
    say_whose(graph)


def check(
    outputs: Annotated[Path, typer.Argument(help="Your outputs: an .npz, or a folder of .npy, .bin or .hex files.")],
    image: Annotated[
        list[int] | None, typer.Option(help="The numbers of the images or items that your outputs belong to, in order.")
    ] = None,
    layout: Layout = "NHWC",
    network: Network = None,
    source: Source = None,
    shape: Shape = None,
    runtime: Whose = None,
    output_json: OutputJson = None,
) -> None:
    """Say which layer and index of your own outputs first differ, and which mistake has that signature."""
    from ..files import write_json
    from ..hardware import Network as Hardware
    from ..hardware import check as run
    from ..hardware import runtime_of_vectors

    graph = whose(network, shape, runtime or runtime_of_vectors(outputs))
    given, numbers = numbered(graph, source, image)
    items = Hardware(graph).items
    count = items.feeds(given.feeds)[1]
    if wrong := [number for number in numbers if number >= count]:
        raise UserError(f"--image is {wrong[0]}", f"0 to {count - 1}", "Name an item by its number.")
    report = run(outputs, graph, items.take(given.feeds, numbers), layout=layout)
    if output_json is not None:
        write_json(output_json, report.to_dict())
    typer.echo(report)
    say_whose(graph)
    raise typer.Exit(0 if report.equal else 1)


def write_c(
    network: Network = None,
    variant: Variant = None,
    pixels: Annotated[
        bool | None,
        typer.Option(
            "--pixels/--real", help="Whether a real input is read as uint8 pixels; without it, its range decides."
        ),
    ] = None,
    shape: Shape = None,
    runtime: Whose = None,
    output: Annotated[Path, typer.Option(help="Folder.")] = Path("c"),
) -> None:
    """Write a network as a C99 program: cc -std=c99 -O2 *.c -lm."""
    from ..hardware.c import generate, write_files

    graph = whose(network, shape, runtime)
    texts = generate(graph, variant, pixels=pixels)
    write_files(texts, output)
    typer.echo("\n".join(str(output / name) for name in texts))
    say_whose(graph)
