"""Which stage makes which file from which files, and running only what is out of date."""

from ._run import run
from ._stage import Stage

__all__ = ["Stage", "run"]
