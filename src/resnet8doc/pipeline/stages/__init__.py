"""The stages, one kind a module, so that a change of code runs again only what depends on it."""

from collections.abc import Iterator

from .._stage import Stage
from . import calibrate, checkpoint, compare, convert, dataset, evaluate, quantize


def all_stages(name: str) -> Iterator[Stage]:
    """Yield every stage that makes a file below ``build/`` other than the site.

    Parameters
    ----------
    name
        The checkpoint: ``bundled``, ``mlperf-tiny`` or a path.
    """
    yield from dataset.stages()
    yield from checkpoint.stages(name)
    yield from convert.stages()
    yield from calibrate.stages()
    yield from quantize.stages()
    yield from evaluate.stages()
    yield from compare.stages()
