"""The stages, one kind a module, so that a change of code runs again only what depends on it."""

from pathlib import Path

from ...errors import UserError
from .._stage import Stage
from . import (
    calibrate,
    checkpoint,
    compare,
    convert,
    convert_tflite,
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
    prove_pytorch,
    prove_tflite,
    quantize,
    runtimes,
    sensitivity,
    site,
    verify,
)


def all_stages(name: str, *, site_too: bool = True, images: int | None = None) -> list[Stage]:
    """Return every stage.

    Parameters
    ----------
    name
        The checkpoint: ``bundled``, ``mlperf-tiny`` or a path.
    site_too
        Whether to build the site, and run the criteria's tests that its page reports, after making what they show.
    images
        Evaluate the models on so many of the test images, the first; ``None`` means all 10,000.

    Raises
    ------
    UserError
        If the site is asked for where its pages' sources are not.
    """
    made = [
        *dataset.stages(),
        *checkpoint.stages(name),
        *convert.stages(),
        *convert_tflite.stages(),
        *calibrate.stages(),
        *quantize.stages(),
        *evaluate.stages(images),
        *verify.stages(),
        *compare.stages(),
        *extract.stages(),
        *draw.stages(),
        *prove.stages(),
        *prove_tflite.stages(),
        *prove_pytorch.stages(),
        *hardware.stages(),
        *gates.stages(),
        *sensitivity.stages(),
        *runtimes.stages(),
        *playground.stages(),
    ]
    made += manifest.stages(made)
    if site_too:
        if not (Path(__file__).parents[4] / "docs" / "conf.py").is_file():
            raise UserError(
                "this is an installed package, without the pages' sources", "a checkout of the repository",
                "Clone it and run nox -s build, or build without the site: python -m resnet8doc build --no-site.",
            )  # fmt: skip
        from . import criteria  # a wheel has neither the tests nor what names them

        made += criteria.stages(made)
        made += site.stages(made)
        made += playground_page.stages()
    return made
