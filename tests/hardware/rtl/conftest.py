"""Where compiled simulations are kept between tests and runs."""

from pathlib import Path

import pytest

from resnet8doc.workspace import build_folder


@pytest.fixture(scope="session")
def simulations() -> Path:
    """Give the build's cache of simulations: each is named by what it was made of."""
    return build_folder() / "rtl" / "cache"
