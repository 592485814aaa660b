// The microscope's steps: by button, by arrow key inside the figure, by link (?step=3). The drawing is whole without this.
(() => {
  if (window.r8Steps) return;
  const STILL = matchMedia("(prefers-reduced-motion: reduce)"), PACE = 1400;
  const figures = () => document.querySelectorAll("[data-r8m-figure]");
  const asked = Number(new URLSearchParams(location.search).get("step")) || 0;
  const state = { at: asked, timer: 0 };
  const count = (figure) => Number(figure.querySelector(".r8m").dataset.r8mSteps);
  const show = (figure) => {
    const at = Math.min(state.at, count(figure));
    for (const part of figure.querySelectorAll("[data-r8m-step]")) part.classList.toggle("r8m-later", at > 0 && Number(part.dataset.r8mStep) > at);
    for (const said of figure.querySelectorAll("[data-r8m-said]")) said.classList.toggle("r8m-now", Number(said.dataset.r8mSaid) === at);
    figure.dataset.r8mAt = at;
  };
  const address = () => {
    const here = new URL(location.href);
    if (state.at) here.searchParams.set("step", state.at); else here.searchParams.delete("step");
    history.replaceState(history.state, "", here);
  };
  const stop = () => {
    clearInterval(state.timer);
    state.timer = 0;
    for (const button of document.querySelectorAll("[data-r8m-move=play]")) button.textContent = "Play";
  };
  const go = (at) => {
    state.at = at;
    figures().forEach(show);
    address();
  };
  const move = (figure, how) => {
    const last = count(figure), at = Math.min(state.at, last);
    if (how === "play") {
      if (state.timer) { stop(); return; }
      go(1);
      state.timer = setInterval(() => { if (state.at >= last) stop(); else go(state.at + 1); }, STILL.matches ? 2 * PACE : PACE);
      for (const button of document.querySelectorAll("[data-r8m-move=play]")) button.textContent = "Stop";
      return;
    }
    stop();
    if (how === "all") go(0);
    else if (how === "1") go(at === 0 ? 1 : Math.min(at + 1, last));
    else go(at === 0 ? last : Math.max(at - 1, 1));
  };
  document.addEventListener("click", (event) => {
    for (const element of event.composedPath()) {
      if (element.dataset?.r8mMove) { move(element.closest("[data-r8m-figure]"), element.dataset.r8mMove); return; }
      if (element.dataset?.r8mGo) { event.preventDefault(); stop(); go(Number(element.dataset.r8mGo)); return; }
    }
  });
  document.addEventListener("keydown", (event) => {
    const figure = event.target.closest?.("[data-r8m-figure]");
    if (!figure || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    move(figure, event.key === "ArrowRight" ? "1" : "-1");
  });
  // the playground draws it anew for every pixel: the step stays
  new MutationObserver((changes) => {
    if (state.at && changes.some((change) => [...change.addedNodes].some((node) =>
      node.nodeType === Node.ELEMENT_NODE && (node.closest("[data-r8m-figure]") || node.querySelector("[data-r8m-figure]"))))) figures().forEach(show);
  }).observe(document, { subtree: true, childList: true });
  window.r8Steps = { go };
  if (asked) { if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => go(asked)); else go(asked); }
})();
