"""What all tests share."""

import gc
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from .doctests import Doctests

ROOT = Path(__file__).parents[1]

# No deadline: the machines that run this are shared, and no test here is about time. Derandomized, so that a failure
# seen once is seen again.
settings.register_profile("resnet8doc", deadline=None, derandomize=True)
settings.load_profile("resnet8doc")


def pytest_configure(config: pytest.Config) -> None:
    """Find doctests where there are some."""
    config.pluginmanager.register(Doctests())


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for cycles only in what the tests make: the frameworks' modules hold a million objects, which stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the fast tests first; where workers share the files, first those that take long, so that none is last."""
    items.sort(
        key=lambda item: (item.get_closest_marker("browser") is not None, item.get_closest_marker("slow") is not None)
    )
    if hasattr(config, "workerinput"):
        length: dict[Path, int] = {}
        for item in items:
            marks = [item.get_closest_marker(name) is not None for name in ("slow", "other_checkpoint")]
            length[item.path] = max(length.get(item.path, 0), sum(marks))
        items.sort(key=lambda item: -length[item.path])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share files out as it is asked for in noxfile.py; any other way is the plugin's own."""
    if config.getvalue("dist") != "loadfile":
        return None
    from .spread import FilesTogether

    return FilesTogether(config, log)


@pytest.fixture(scope="session")
def artifact() -> Callable[[str], Path]:
    """Give the path of a file that the pipeline made; `nox -s tests` makes them all first."""
    build = Path(os.environ.get("RESNET8DOC_BUILD", ROOT / "build"))

    def find(name: str) -> Path:
        path = build / name
        assert path.exists(), f"{path} is missing; make it first: python -m resnet8doc build --no-site"
        return path

    return find


@pytest.fixture(scope="session")
def networks() -> Path:
    """Give the folder of quantized networks that others made."""
    named = os.environ.get("RESNET8DOC_NETWORKS")
    folder = Path(named) if named else ROOT.parent / "shared" / "data" / "networks"
    if not folder.is_dir():
        pytest.skip(f"networks that others made are not at hand ({folder}); name their folder in RESNET8DOC_NETWORKS")
    return folder


@pytest.fixture(scope="session")
def mlperf_tiny() -> Path:
    """Give the folder of MLPerf Tiny's checkpoint."""
    named = os.environ.get("RESNET8DOC_MLPERF_TINY")
    folder = Path(named) if named else ROOT.parent / "shared" / "data" / "mlperf-tiny"
    if folder.is_file():
        folder = folder.parent
    if not folder.is_dir():
        pytest.skip(f"MLPerf Tiny's checkpoint is not at hand ({folder}); name its folder in RESNET8DOC_MLPERF_TINY")
    return folder
