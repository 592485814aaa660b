"""``record-mlperf-tiny`` and ``record-four-networks``: what was measured beforehand and the package ships."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ..files import read_json, write_json
from ..workspace import build_folder


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("record-mlperf-tiny")(record_mlperf_tiny)
    app.command("record-four-networks")(record_four_networks)


def record_mlperf_tiny(
    output: Annotated[Path | None, typer.Option(help="The file; without it, the one that the package ships.")] = None,
    sample_only: Annotated[
        bool, typer.Option("--sample-only", help="Measure on the first 1,000 test images alone, as the tests do.")
    ] = False,
) -> None:
    """Run the pipeline for MLPerf Tiny's checkpoint, prove its conversion and record its comparison."""
    from .. import checkpoints
    from ..environment import environment
    from ..evaluate import SAMPLE, record
    from ..pipeline import run
    from ..pipeline.stages import all_stages

    result = "results/comparison.json"
    build = build_folder() / "mlperf-tiny"

    def measured(images: int | None) -> dict[str, Any]:
        stages = all_stages("mlperf-tiny", site_too=False, images=images)
        run(stages, build, (result, "results/conversion.json"))
        comparison: dict[str, Any] = read_json(build / result)
        return comparison

    sample = measured(SAMPLE)
    kept = record(sample, environment()) if sample_only else record(measured(None), environment(), sample)
    path = output or Path(checkpoints.__file__).parent / "mlperf_tiny_comparison.json"
    write_json(path, kept)
    typer.echo(f"Recorded in {path}")


def record_four_networks(
    folders: Annotated[list[Path], typer.Argument(help="The folders of MLPerf Tiny's four int8 .tflite files.")],
    inputs: Annotated[int, typer.Option(help="The number of random inputs for each network.", min=1)] = 20,
    output: Annotated[Path | None, typer.Option(help="The file; without it, the one that the package ships.")] = None,
) -> None:
    """Measure MLPerf Tiny's four networks: costs, the engine against each kernel set, C against the engine."""
    from ..proof import four

    path = output or Path(four.__file__).parent / "record.json"
    write_json(path, four.record(folders, inputs))
    typer.echo(f"Recorded in {path}")
