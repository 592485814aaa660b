"""marimo's worker, changed so that Python starts with the page."""

import json
import re

import pytest

from resnet8doc.wasm import _worker, pins

MARIMO = (
    "async function Jc(e={}){}var C=class{async load(e){let n=1,r=await Jc({packages:[`micropip`,Yc(e.version)],"
    "_makeSnapshot:!1,lockFileURL:e.url??`https://example.org/lock.json`,indexURL:n,convertNullToNone:!0});"
    "if(e.pypiIndexUrl){let t=r.pyimport(`micropip`);t.destroy()}return r}};"
    "const ul=new Set([`save`]),$=Z.wrapAsync(al)();export{o as t};"
)
"""What `marimo` 0.25.2 has, shortened."""


def test_python_starts_before_it_is_asked_for_and_once() -> None:
    text = _worker.early(MARIMO, "../../_wasm/start.mjs")
    assert text.startswith('import{start as r8Start}from"../../_wasm/start.mjs";')
    assert f"r8Python=r8Start(Jc,{json.dumps(pins.AT_START)})" in text
    assert text.index("r8Python=r8Start(") < text.index("$=Z.wrapAsync(al)()")
    assert len(re.findall(r"r=await r8Python", text)) == 1
    assert "example.org" not in text  # the address that marimo would take by itself


@pytest.mark.parametrize("gone", ["_makeSnapshot:!1", "$=Z.wrapAsync(al)()", "e.pypiIndexUrl"])
def test_another_marimo_is_refused(gone: str) -> None:
    with pytest.raises(RuntimeError, match="its front end has changed"):
        _worker.early(MARIMO.replace(gone, "other"), "start.mjs")


def test_what_is_asked_for_at_the_start_is_there() -> None:
    """Most are pinned wheels; numpy comes from another wheel, the engine from this repository."""
    fetched = {pin.requirement.partition("==")[0] for pin in pins.WHEELS}
    fetched |= {pin.file.partition("-")[0] for pin in pins.INNER}
    assert set(pins.AT_START) <= {*fetched, "resnet8doc"}
