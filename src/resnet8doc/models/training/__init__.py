"""Training the bundled checkpoint, in PyTorch: ``nox -s train``."""

from ._bundle import make
from ._run import Run, held_out_indices, train
from .recipe import RECIPE, Recipe

__all__ = ["RECIPE", "Recipe", "Run", "held_out_indices", "make", "train"]
