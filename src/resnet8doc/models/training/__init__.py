"""Training the bundled checkpoint, in PyTorch: ``nox -s train``."""

from .recipe import RECIPE, Recipe
from .run import Run, held_out_indices, train

__all__ = ["RECIPE", "Recipe", "Run", "held_out_indices", "train"]
