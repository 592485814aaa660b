"""marimo's worker, changed so that Python starts with the page and no word between worker and page is lost."""

import re

import pytest

from resnet8doc.wasm import _worker

MARIMO = (
    "async function Jc(e={}){}var C=class{async load(e){let n=1,r=await Jc({packages:[`micropip`,Yc(e.version)],"
    "_makeSnapshot:!1,lockFileURL:e.url??`https://example.org/lock.json`,indexURL:n,convertNullToNone:!0});"
    "if(e.pypiIndexUrl){let t=r.pyimport(`micropip`);t.destroy()}return r}};"
    "Q.addMessageListener(`bootstrap`,e=>il.resolve(e)),Q.send(`ready`,{}),Q.addMessageListener(`consumerReady`,go);"
    "const ul=new Set([`save`]),$=Z.wrapAsync(al)();export{o as t};"
)
"""What `marimo` 0.25.2 has, shortened."""


def test_python_starts_before_it_is_asked_for_and_once() -> None:
    text = _worker.early(MARIMO, "../../_wasm/start.mjs")
    assert text.startswith('import{start as r8Start}from"../../_wasm/start.mjs";')
    assert text.index("r8Python=r8Start(Jc),") < text.index("$=Z.wrapAsync(al)()")
    assert len(re.findall(r"r=await r8Python", text)) == 1
    assert "example.org" not in text  # the address that marimo would take by itself


def test_the_worker_is_silent_until_it_is_spoken_to() -> None:
    """What it would say as it is loaded, nobody would hear yet, and the page would wait for ever."""
    text = _worker.early(MARIMO, "start.mjs")
    assert "Q.addMessageListener(`bootstrap`,e=>{il.resolve(e);Q.send(`ready`,{})}),Q.addMess" in text
    assert text.count("`ready`") == 1


@pytest.mark.parametrize("gone", ["_makeSnapshot:!1", "$=Z.wrapAsync(al)()", "e.pypiIndexUrl", "Q.send(`ready`,{})"])
def test_another_marimo_is_refused(gone: str) -> None:
    with pytest.raises(RuntimeError, match="its front end has changed"):
        _worker.early(MARIMO.replace(gone, "other"), "start.mjs")
