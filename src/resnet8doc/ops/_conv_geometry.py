"""The shape of a convolution: what its attributes mean for these inputs."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import UserError
from ._windows import AutoPad, output_size, pair, resolve_pads, spatial

Numbers = tuple[int, ...]


@dataclass(frozen=True)
class Geometry:
    """Where the windows lie; channels are counted for one group going in, for all groups coming out."""

    image: Numbers
    channels_in: int
    channels_out: int
    kernel: Numbers
    strides: Numbers
    dilations: Numbers
    pads: Numbers
    size: Numbers


def geometry(
    x: Numbers,
    w: Numbers,
    auto_pad: AutoPad,
    dilations: Sequence[int] | None,
    group: int,
    kernel_shape: Sequence[int] | None,
    pads: Sequence[int] | None,
    strides: Sequence[int] | None,
) -> Geometry:
    """Work out a convolution's windows from the shapes ``[N, C, H, W]`` and ``[M, C / group, kH, kW]``.

    With one or three axes in place of H and W likewise.

    Raises
    ------
    UserError
        If the attributes and the shapes contradict each other.
    """
    axes = spatial(len(x))
    if len(w) != len(x):
        raise UserError(f"w has {len(w)} axes and x has {len(x)}", "as many axes as x", "Reshape one of them.")
    if 0 in w:
        raise UserError(f"w has shape {list(w)}", "at least one number", "Give filters that have some.")
    if group < 1 or w[0] % group:
        raise UserError(f"group is {group} and w has {w[0]} filters", "a group that divides them", "Correct group.")
    if x[1] != w[1] * group:
        raise UserError(
            f"x has {x[1]} channels",
            f"{w[1] * group}, as w has {w[1]} a group (group={group})",
            "Give the matching x or w.",
        )
    if kernel_shape is not None and tuple(kernel_shape) != w[2:]:
        raise UserError(f"kernel_shape is {list(kernel_shape)}", f"{list(w[2:])}, as w has", "Correct kernel_shape.")
    steps, spread = pair(strides, "strides", axes), pair(dilations, "dilations", axes)
    edges = resolve_pads(x[2:], w[2:], steps, spread, pads, auto_pad)
    return Geometry(x[2:], w[1], w[0], w[2:], steps, spread, edges, output_size(x[2:], w[2:], steps, spread, edges))
