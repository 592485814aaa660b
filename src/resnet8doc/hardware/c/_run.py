"""A compiled network on images."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph
from ..memory import buffers
from ..network import Network
from ._compile import compile_c, write_files
from ._generate import Variant, generate

Array = npt.NDArray[Any]


def build(
    graph: Graph,
    folder: Path,
    variant: Variant = "float",
    *,
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
    sources = write_files(generate(graph, variant), folder)
    return compile_c(sources, folder / "network", flags=flags, command=command)


def run(program: Path, graph: Graph, images: Array, what: str = "codes") -> dict[str, Array]:
    """Run a compiled network.

    Parameters
    ----------
    program
        From :func:`build`.
    graph
        What it was made from.
    images
        uint8 ``[N, 32, 32, 3]``.
    what
        ``codes`` for logits and probabilities, ``all`` for every tensor, or one tensor's name.

    Returns
    -------
    dict
        Codes by the tensors' names, channels last: ``[N, H, W, C]`` or ``[N, K]``.

    Raises
    ------
    UserError
        If the program fails; the message is what it says.
    """
    network = Network(graph)
    pixels = np.ascontiguousarray(images, np.uint8)
    if pixels.ndim != 4 or pixels.shape[1:] != network.image or np.asarray(images).dtype != np.uint8:
        raise UserError(
            f"images are {np.asarray(images).dtype} {list(np.shape(images))}",
            f"uint8 [N, {', '.join(map(str, network.image))}]",
            "Give pixels 0 to 255, channels last.",
        )  # fmt: skip
    softmax = next(o for o in network.operations if o.op_type == "QLinearSoftmax")
    if what == "codes":
        option, tensors = ["--codes"], [softmax.inputs[0], softmax.output]
    elif what == "all":
        option, tensors = ["--all"], [buffer.tensor for buffer in buffers(graph).buffers]
    else:
        option, tensors = ["--tensor", what], [network.operation(what).output]
        option[1] = tensors[0]
    result = subprocess.run([str(program), *option], input=pixels.tobytes(), capture_output=True, check=False)
    if result.returncode:
        said = result.stderr.decode(errors="replace").strip()[-500:]
        raise UserError(f"{program.name} ends with {result.returncode}: {said}", "status 0", "Report this as a bug.")
    return _split(np.frombuffer(result.stdout, network.dtype(tensors[0])), network, tensors, len(pixels))


def _split(codes: Array, network: Network, tensors: list[str], count: int) -> dict[str, Array]:
    shapes = [network.shape(tensor) for tensor in tensors]
    lengths = [int(np.prod(shape, dtype=int)) for shape in shapes]
    rows = codes.reshape(count, sum(lengths))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return {
        tensor: rows[:, start : start + length].reshape(count, *shape)
        for tensor, start, length, shape in zip(tensors, starts, lengths, shapes, strict=False)
    }
