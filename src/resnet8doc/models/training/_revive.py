"""Filters that died in training start again.

A filter whose sum never exceeds zero gets no gradient through its ReLU, so it never comes back: weight decay shrinks
its kernel until nothing but its bias is left.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...architecture import LAYERS, Layer
from ._network import Conv, Network

Start = dict[Tensor, Any]
"""What rows of tensors are set to: an array, or a number for all."""


def filters_before(layer: Layer) -> list[str]:
    """Return the convolutions whose sums reach ``layer`` without a ReLU in between.

    Examples
    --------
    >>> filters_before(LAYERS["stem_relu"]), filters_before(LAYERS["stack2_relu2"])
    (['stem_conv'], ['stack2_shortcut', 'stack2_conv2'])
    """
    found = []
    for name in layer.inputs:
        source = LAYERS[name]
        if source.kind == "conv":
            found.append(name)
        elif source.kind != "relu":
            found += filters_before(source)
    return found


def dead_filters(network: Network, images: Tensor, fraction: float) -> dict[str, NDArray[np.bool_]]:
    """Find the filters that do nothing, or nearly nothing, for ``images``.

    A filter is dead if its own sum (behind its batch normalization), or what the next ReLU behind it reads, is above
    zero for fewer than ``fraction`` of the images, or if its sum hardly varies: by less than a hundredth of the mean
    range of its layer's filters.

    Parameters
    ----------
    network
        In evaluation mode afterwards.
    images
        float32 ``[N, 3, height, width]``, pixels.
    fraction
        Of the images, 0 to 1.

    Returns
    -------
    dict
        By convolution bool ``[outputs]``, True where dead.
    """
    network.eval()
    with torch.inference_mode():
        values = network.values(images)
    dead = {name: np.zeros(layer.output_shape[-1], bool) for name, layer in LAYERS.items() if layer.kind == "conv"}
    for name in dead:
        own = values[_sum_of(name)]
        span = own.amax((0, 2, 3)) - own.amin((0, 2, 3))
        dead[name] |= _silent(own, fraction) | (span < 0.01 * span.mean()).numpy()
    for layer in LAYERS.values():
        if layer.kind == "relu":
            silent = _silent(values[layer.inputs[0]], fraction)
            for name in filters_before(layer):
                dead[name] |= silent
    return dead


@torch.no_grad()
def revive(
    network: Network,
    average: Network,
    optimizers: Iterable[torch.optim.Optimizer],
    images: Tensor,
    fraction: float,
    random: np.random.Generator,
) -> int:
    """Start the dead filters of ``network`` again, and those of its averaged copy with them.

    A new kernel points in a random direction and is as long as the mean of its layer's others; bias and shift are 0,
    the batch normalization's scale is 1, its mean and variance are those over ``images``, and the optimizers forget.

    Parameters
    ----------
    network, average
        The stepped network and the average that follows it.
    optimizers
        That step ``network``.
    images, fraction
        See `dead_filters`.
    random
        Draws the kernels.

    Returns
    -------
    int
        How many filters started again.
    """
    dead = {name: mask for name, mask in dead_filters(network, images, fraction).items() if mask.any()}
    for name, mask in dead.items():
        conv = _module(network, name)
        assert isinstance(conv, Conv)
        kernel = conv.kernel.numpy()
        rows = np.flatnonzero(mask)
        fresh = random.standard_normal((len(rows), kernel.shape[1]))
        others = kernel[~mask] if not mask.all() else fresh
        length = np.linalg.norm(others, axis=1).mean()
        start: Start = {conv.kernel: fresh * (length / np.linalg.norm(fresh, axis=1, keepdims=True)), conv.bias: 0.0}
        _set(network, average, optimizers, start, rows)
        if _sum_of(name) == name:
            continue
        norm = _module(network, _sum_of(name))
        assert isinstance(norm, nn.BatchNorm2d)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        sums = network.values(images)[name][:, torch.from_numpy(rows)]
        statistics: Start = {
            norm.running_mean: sums.mean((0, 2, 3)).numpy(),
            norm.running_var: sums.var((0, 2, 3)).numpy(),
        }
        _set(network, average, optimizers, statistics | {norm.weight: 1.0, norm.bias: 0.0}, rows)
    return sum(int(mask.sum()) for mask in dead.values())


def _sum_of(conv: str) -> str:
    """Return the layer that gives ``conv``'s finished sum: its batch normalization, or itself."""
    for layer in LAYERS.values():
        if layer.kind == "batch_normalization" and layer.inputs == (conv,):
            return layer.name
    return conv


def _silent(sums: Tensor, fraction: float) -> NDArray[np.bool_]:
    silent: NDArray[np.bool_] = ((sums.amax((2, 3)) > 0).float().mean(0) < fraction).numpy()
    return silent


def _module(network: Network, name: str) -> nn.Module:
    return network.layers[name]


def _set(
    network: Network,
    average: Network,
    optimizers: Iterable[torch.optim.Optimizer],
    start: Start,
    rows: NDArray[np.intp],
) -> None:
    """Set ``rows`` of tensors of ``network``, and of the same tensors of ``average``; forget their momentum."""
    twins = {id(mine): theirs for mine, theirs in zip(_tensors(network), _tensors(average), strict=True)}
    for tensor, value in start.items():
        for each in (tensor, twins[id(tensor)]):
            each.detach().numpy()[rows] = value
        for optimizer in optimizers:
            for memory in optimizer.state.get(tensor, {}).values():
                if isinstance(memory, Tensor) and memory.shape == tensor.shape:
                    memory.numpy()[rows] = 0


def _tensors(network: Network) -> list[Tensor]:
    return [*network.parameters(), *network.buffers()]
