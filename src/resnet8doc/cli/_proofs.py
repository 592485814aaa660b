"""Proofs: the engine against the runtimes, the C against the engine."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..errors import UserError
from ..workspace import build_folder
from ._networks import network_of, say_whose, whose
from ._options import (
    FusedMayStandAlone,
    Images,
    Network,
    OutputJson,
    Shape,
    Source,
    Variant,
    Whose,
)
from ._output import give

if TYPE_CHECKING:  # ONNX Runtime is loaded by the commands that need it
    from ..extract import How


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(cls=FusedMayStandAlone)(prove)
    app.command("prove-c")(prove_c)


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
        given = inputs_for(network_of(path, shape, how), source, images)
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
    from ..proof import EngineFaultError, failure_tflite, prove_tflite

    results: list[dict[str, Any]] = []
    refused: list[UserError] = []
    for path in models:
        given = inputs_for(network_of(path, None), source, images)
        for kernels in KERNELS:
            try:
                results.append({**prove_tflite(path, given.feeds, kernels), "given": given.said})
            except EngineFaultError:
                raise
            except UserError as error:  # one kernel set does not run it: that is said, and the others are compared
                refused.append(error)
                typer.echo(f"{path.name}, {kernels}: {error}", err=True)
    if not results:
        raise refused[0]
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
        given = inputs_for(network_of(path, None), source, images)
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

    graph = whose(network, shape, runtime)
    given = inputs_for(graph, source, images)
    with tempfile.TemporaryDirectory() as folder:
        found = equality(graph, given.feeds, given.labels, Path(folder), variant)
    rows = [{key: found[key] for key in ("images", "values", "mismatches", "seconds", "seconds_per_image", "compiler")}]
    give({**found, "inputs": given.said}, output_json, f"The C of {graph.name} against the engine", rows)
    say_whose(graph)
    if found["mismatches"]:
        raise UserError(f"{found['mismatches']} bytes differ", "0", "Report this with the compiler's version.")
