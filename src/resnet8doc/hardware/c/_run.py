"""A compiled network on what it is fed."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph
from ..memory import Kept, Steps, plan, steps
from ..network import Feeds, Network
from ._arithmetic import Variant
from ._compile import compile_c, write_files
from ._generate import generate
from ._interface import outputs_of, takes_pixels
from ._program import Program

Array = npt.NDArray[Any]


def build(
    graph: Graph,
    folder: Path,
    variant: Variant | None = None,
    *,
    pixels: bool | None = None,
    flags: Sequence[str] = ("-O2",),
    command: Sequence[str] | None = None,
) -> Path:
    """Generate a network's C into a folder and compile it there.

    Returns
    -------
    Path
        The program.

    Raises
    ------
    UserError
        If the network cannot be written as C, or there is no compiler.
    """
    sources = write_files(generate(graph, variant, pixels=pixels), folder)
    return compile_c(sources, folder / "network", flags=flags, command=command)


def run(program: Path, graph: Graph, inputs: Feeds, what: str = "codes") -> dict[str, Array]:
    """Run a compiled network.

    Parameters
    ----------
    program
        From :func:`build`.
    graph
        What it was made from.
    inputs
        What the network is fed: ``[N, ...]`` in the order of axes that the model has, or for several inputs a
        dictionary. A program that reads pixels takes uint8.
    what
        ``codes`` for what comes out (of a classifier logits and probabilities), ``all`` for every tensor, or one
        tensor's name.

    Returns
    -------
    dict
        Codes by the tensors' names, images channels last: ``[N, H, W, C]`` or ``[N, K]``. What is kept in a second
        order besides, as a kernel reads it, has the tensor's name with a number: ``keys_2``.

    Raises
    ------
    UserError
        If the inputs do not fit, or the program fails; the message is what it says.
    """
    found = steps(Network(graph))
    kept = {step.output.name: step.output for step in found.steps}
    if what == "codes":
        option, tensors = ["--codes"], [given.kept for given in outputs_of(found)]
    elif what == "all":
        option, tensors = ["--all"], [kept[buffer.tensor] for buffer in plan(found).buffers]
    else:
        name = what if what in kept else found.network.operation(what).output
        option, tensors = ["--tensor", Program.said(name)], [kept[name]]
    fed, count = _bytes(program, found, inputs)
    made = _call(program, option, fed)
    return _split(np.frombuffer(made, np.uint8), found.network, tensors, count)


def _call(program: Path, option: Sequence[str], fed: bytes) -> bytes:
    result = subprocess.run([str(program), *option], input=fed, capture_output=True, check=False)
    if result.returncode:
        said = result.stderr.decode(errors="replace").strip()[-500:]
        raise UserError(f"{program.name} ends with {result.returncode}: {said}", "status 0", "Report this as a bug.")
    return result.stdout


def _bytes(program: Path, found: Steps, inputs: Feeds) -> tuple[bytes, int]:
    """Return what is written to the program, and how many items it is."""
    network = found.network
    arrays, count = network.items.feeds(inputs)
    wanted = [line.split(" ", 2) for line in _call(program, ["--inputs"], b"").decode().splitlines()]
    names = _fed_names(found)
    values: Mapping[str, Array] = {}
    rows = []
    for kind, length, said in wanted:
        name = names[said]
        if name in arrays:
            one = _one(arrays[name], kind, name)
        else:  # the caller quantizes for a program without real numbers
            values = values or network.items.run(arrays)
            one = network.stored(name, values[name])
        rows.append(np.frombuffer(one.tobytes(), np.uint8).reshape(count, int(length)))
    return np.concatenate(rows, axis=1).tobytes(), count


def _fed_names(found: Steps) -> dict[str, str]:
    """Return the names of all that a program may be fed, by what it says of them."""
    return {Program.said(name): name for name in (*(step.output.name for step in found.steps), *found.fed)}


def _one(array: Array, kind: str, name: str) -> Array:
    if kind == "pixels" and array.dtype != np.uint8:
        raise UserError(
            f"{name} is {array.dtype}", "uint8 pixels, 0 to 255", "Give pixels, or build the program with pixels=False."
        )
    if kind == "float32" and array.dtype in (np.dtype(np.uint8), np.dtype(np.float32)):
        return np.ascontiguousarray(array, np.float32)
    dtype = np.dtype(np.uint8 if kind == "pixels" else kind)
    if array.dtype != dtype:
        raise UserError(f"{name} is {array.dtype}", str(dtype), f"Give {name} as {dtype}.")
    return np.ascontiguousarray(array)


def _split(codes: Array, network: Network, tensors: Sequence[Kept], count: int) -> dict[str, Array]:
    lengths = [kept.bytes for kept in tensors]
    if codes.size != count * sum(lengths):
        raise UserError(
            f"the program wrote {codes.size} bytes",
            f"{count * sum(lengths)}",
            "Build the program again from this model.",
        )
    parts = np.split(codes.reshape(count, -1), np.cumsum(lengths)[:-1], axis=1)
    return {
        kept.name: np.ascontiguousarray(part).view(kept.dtype).reshape(count, *kept.shape)
        for kept, part in zip(tensors, parts, strict=True)
    }


def default_pixels(graph: Graph, inputs: Feeds) -> bool:
    """Return whether a program for these inputs reads pixels."""
    arrays = inputs.values() if isinstance(inputs, Mapping) else [inputs]
    return all(np.asarray(array).dtype == np.uint8 for array in arrays) and takes_pixels(Network(graph))
