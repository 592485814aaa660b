"""Names for what numpy calls by longer ones."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Number = npt.NDArray[Any] | np.generic
"""A numpy scalar, or an array of numbers: what a scale or a zero point may be."""
