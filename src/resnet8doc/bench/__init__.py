"""``nox -s bench``: what the project promises to reach, measured, beside a peer measured in the same run."""

from ._painted import frames, painted

__all__ = ["frames", "painted"]
