"""The command line: ``python -m resnet8doc``."""

from ._app import app

__all__ = ["app"]
