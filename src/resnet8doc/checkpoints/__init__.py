"""Named weights of ResNet8: bundled with the project, MLPerf Tiny's, or a user's own file."""

from ._checkpoint import Checkpoint, Weights, weights_sha256
from ._load import NAMES, files_of, load
from ._mlperf_tiny import VARIABLE as MLPERF_TINY_VARIABLE

__all__ = ["MLPERF_TINY_VARIABLE", "NAMES", "Checkpoint", "Weights", "files_of", "load", "weights_sha256"]
