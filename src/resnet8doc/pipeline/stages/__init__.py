"""The stages, one kind a module, so that a change of code runs again only what depends on it."""

from .._stage import Stage
from . import (
    calibrate,
    checkpoint,
    compare,
    convert,
    criteria,
    dataset,
    draw,
    evaluate,
    extract,
    gates,
    hardware,
    manifest,
    playground,
    playground_page,
    prove,
    quantize,
    sensitivity,
    site,
    verify,
)


def all_stages(name: str, *, site_too: bool = True) -> list[Stage]:
    """Return every stage.

    Parameters
    ----------
    name
        The checkpoint: ``bundled``, ``mlperf-tiny`` or a path.
    site_too
        Whether to build the site, and run the criteria's tests that its page reports, after making what they show.
    """
    made = [
        *dataset.stages(),
        *checkpoint.stages(name),
        *convert.stages(),
        *calibrate.stages(),
        *quantize.stages(),
        *evaluate.stages(),
        *verify.stages(),
        *compare.stages(),
        *extract.stages(),
        *draw.stages(),
        *prove.stages(),
        *hardware.stages(),
        *gates.stages(),
        *sensitivity.stages(),
        *playground.stages(),
    ]
    made += manifest.stages(made)
    if site_too:
        made += criteria.stages(made)
        made += site.stages(made)
        made += playground_page.stages()
    return made
