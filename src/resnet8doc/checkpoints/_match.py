"""Matching a file's layers to the architecture's: by kind, shape and order."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..architecture import LAYERS, WEIGHTS, Kind, Layer
from ..errors import UserError
from ._checkpoint import Weights

REMEDY = "Give weights of MLPerf Tiny's ResNet8, unfolded: see resnet8doc.architecture."


@dataclass(frozen=True)
class StoredLayer:
    """A layer with weights, as a file has it: its name there and its arrays in Keras's order."""

    name: str
    arrays: tuple[NDArray[Any], ...]

    @property
    def kind(self) -> Kind | None:
        """What the arrays' number and ranks tell: a convolution's kernel has four axes, a dense layer's two."""
        ranks = tuple(array.ndim for array in self.arrays)
        known: dict[tuple[int, ...], Kind] = {(4, 1): "conv", (1, 1, 1, 1): "batch_normalization", (2, 1): "dense"}
        return known.get(ranks)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The arrays' shapes."""
        return tuple(array.shape for array in self.arrays)


def match_layers(path: Path, stored: list[StoredLayer]) -> dict[str, StoredLayer]:
    """Find each of the architecture's layers among the stored ones.

    Layers of one kind and shape follow each other on the network's main path, so their order in the file tells them
    apart; whether a shortcut stands before or after the convolutions beside it does not matter.

    Returns
    -------
    dict
        The stored layer by the architecture's name.

    Raises
    ------
    UserError
        Naming the first layer that differs, its shapes and the expected ones.
    """
    left = list(stored)
    found: dict[str, StoredLayer] = {}
    for layer in LAYERS.values():
        if not layer.weights:
            continue
        shapes = tuple(layer.weights.values())
        fit = next((item for item in left if item.kind == layer.kind and item.shapes == shapes), None)
        if fit is None:
            raise _differs(path, layer, next((item for item in left if item.kind in (layer.kind, None)), None))
        left.remove(fit)
        found[layer.name] = fit
    if left:
        extra = left[0]
        raise UserError(
            f"{path} has one layer more than ResNet8: {extra.name} with the shapes {_text(extra.shapes)}",
            f"the {len(found)} layers with weights of ResNet8",
            REMEDY,
        )
    return found


def _differs(path: Path, layer: Layer, instead: StoredLayer | None) -> UserError:
    found = f"{instead.name} with the shapes {_text(instead.shapes)}" if instead else "no such layer"
    return UserError(
        f"{path} is another architecture: for {layer.name} it has {found}",
        f"a {layer.kind} with the shapes {_text(tuple(layer.weights.values()))}",
        REMEDY,
    )


def _text(shapes: tuple[tuple[int, ...], ...]) -> str:
    return ", ".join(map(str, shapes))


def to_weights(path: Path, found: dict[str, StoredLayer]) -> Weights:
    """Return the arrays as float32 by the architecture's names, once they are known to be finite numbers.

    Raises
    ------
    UserError
        If an array holds integers, NaN or infinity, or a variance below zero.
    """
    arrays = {
        f"{name}/{key}": array
        for name, item in found.items()
        for key, array in zip(LAYERS[name].weights, item.arrays, strict=True)
    }
    weights: Weights = {}
    for name in WEIGHTS:
        if not np.issubdtype(arrays[name].dtype, np.floating):
            raise UserError(f"{path}: {name} is {arrays[name].dtype}", "floating point numbers", REMEDY)
        with np.errstate(over="ignore"):  # a float64 beyond float32 becomes infinity, which the next line refuses
            weights[name] = np.ascontiguousarray(arrays[name], np.float32)
        bad = ~np.isfinite(weights[name])
        if bad.any():
            where = tuple(int(axis) for axis in np.argwhere(bad)[0])
            raise UserError(
                f"{path}: {name} holds {weights[name][where]} at {where}",
                "finite numbers that fit float32",
                "Use a checkpoint whose training did not diverge.",
            )
        if name.endswith("/moving_variance") and weights[name].min() < 0:
            raise UserError(
                f"{path}: {name} holds {weights[name].min()}",
                "variances that are not negative",
                "Use a file with correct variances.",
            )
    return weights
