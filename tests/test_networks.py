"""Networks opened by name."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from resnet8doc.errors import UserError
from resnet8doc.networks import SPECIFIED, open_network
from resnet8doc.workspace import READS_VARIABLE


@pytest.mark.slow
def test_the_specified_network_is_the_one_that_the_pages_are_about(artifact: Callable[[str], Path]) -> None:
    artifact(f"models/{SPECIFIED}_operations.json")
    assert open_network().name == SPECIFIED
    assert open_network("resnet8_int8").name == "resnet8_int8"


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["json", "npz"])
def test_a_page_must_list_both_files(
    suffix: str, artifact: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact(f"models/{SPECIFIED}_operations.json")
    monkeypatch.setenv(READS_VARIABLE, json.dumps([f"models/{SPECIFIED}_operations.{suffix}"]))
    with pytest.raises(UserError, match=r"Add models/.* to `reads`"):
        open_network()
