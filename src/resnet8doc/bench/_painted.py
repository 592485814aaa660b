"""Timing a page by its own clock: from the reader's hand to the frame that shows what it brings, and frames."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_WATCH = """
([event, selector, attribute, text, before]) => {
  window.r8Painted = new Promise((done, fail) => {
    let began;
    setTimeout(() => fail(new Error(`${selector} did not show ${text || "anything new"} in a minute`)), 60000);
    addEventListener(event, () => { began = performance.now(); }, { capture: true, once: true });
    const watch = new MutationObserver(() => {
      if (began === undefined) return;
      const shown = [...document.querySelectorAll(selector)].map(
        (found) => (attribute ? found.getAttribute(attribute) : found.textContent) ?? "");
      if (!shown.some((one) => one.includes(text) && one !== before)) return;
      watch.disconnect();
      requestAnimationFrame(() => {
        const after = new MessageChannel();  // its message comes when the frame is painted
        after.port1.onmessage = () => done((performance.now() - began) / 1000);
        after.port2.postMessage(0);
      });
    });
    watch.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
}
"""
_FRAMES = """
() => {
  window.r8Frames = { longest: 0, going: true };
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    window.r8Frames.longest = Math.max(window.r8Frames.longest, now - last);
    last = now;
    if (window.r8Frames.going) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
"""


@contextmanager
def painted(
    page: Any, event: str, selector: str, text: str = "", attribute: str = "", before: str | None = None
) -> Iterator[list[float]]:
    """Time, by the page's own clock, from an event of the reader's hand to the frame that shows what it brings.

    Parameters
    ----------
    page
        Of playwright's.
    event
        Of the page: ``click``, ``keydown``.
    selector, text, attribute
        What is then to be shown: an element whose text, or attribute, holds ``text``.
    before
        What it shows now, where anything else will do.

    Raises
    ------
    playwright.sync_api.Error
        If nothing of that is shown in a minute.

    Yields
    ------
    list
        Afterwards the seconds, its only entry.
    """
    seconds: list[float] = []
    page.evaluate(_WATCH, [event, f"#root {selector}", attribute, text, before])
    yield seconds
    seconds.append(page.evaluate("window.r8Painted"))


@contextmanager
def frames(page: Any) -> Iterator[list[float]]:
    """Find the longest time between two frames of a page, in seconds, while something is done to it.

    Yields
    ------
    list
        Afterwards the seconds, its only entry.
    """
    seconds: list[float] = []
    page.evaluate(_FRAMES)
    yield seconds
    seconds.append(page.evaluate("() => { r8Frames.going = false; return r8Frames.longest / 1000; }"))
