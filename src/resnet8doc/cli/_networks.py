"""The network that a command is given, and whose arithmetic it is computed in."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..errors import UserError
from ..workspace import build_folder

if TYPE_CHECKING:  # the engine and ONNX Runtime are loaded by the commands that need them
    from ..extract import How
    from ..graph import Graph
    from ..inputs import Inputs


def network_of(
    path: Path | None, shape: list[str] | None, fused: "How | None" = None, *, runtime: str = "onnxruntime_x86"
) -> "Graph":
    from ..extract import load
    from ..hardware import with_shape
    from ..inputs import parse_shapes

    graph = load(path_of(path), fused=fused).with_runtime(runtime)
    return with_shape(graph, parse_shapes(shape or []))


def path_of(path: Path | None) -> Path:
    return path or build_folder() / "models" / "resnet8_int8_qoperator_operations.json"


def whose(path: Path | None, shape: list[str] | None, runtime: str | None) -> "Graph":
    """Return a network in the arithmetic that is named, or in that of the runtime that it is made for."""
    from ..extract import own_runtime

    return network_of(path, shape, runtime=runtime or own_runtime(path_of(path)))


def for_gates(path: Path | None, runtime: str | None) -> "Graph":
    """Return a network in the arithmetic asked for, or in that of the runtime that its file is made for."""
    lite = path is not None and path.suffix == ".tflite"
    return network_of(path, None).with_runtime(runtime or ("tflite_reference" if lite else "onnxruntime_x86"))


def numbered(graph: "Graph", source: Path | None, image: list[int] | None) -> "tuple[Inputs, list[int]]":
    """Return what a network is fed, and which items of it; seeded ones are made up to the highest number."""
    from ..inputs import inputs_for

    numbers = image or [0]
    if min(numbers) < 0:
        raise UserError(f"--image is {min(numbers)}", "a number from 0 on", "Name an item by its number.")
    return inputs_for(graph, source, None, default=max(numbers) + 1), numbers


def say_whose(graph: "Graph") -> None:
    """Say whose bytes these are, where they are not ONNX Runtime's."""
    if graph.runtime.name != "onnxruntime_x86":
        typer.echo(f"In the arithmetic of {graph.runtime.title} ({graph.runtime.name}).", err=True)
