// Draws the page's mermaid diagrams, and draws them again when the reader switches between light and dark.
(() => {
  const diagrams = [...document.querySelectorAll(".mermaid")];
  const sources = diagrams.map((diagram) => diagram.textContent);
  let drawn = null;

  async function draw() {
    const theme = document.documentElement.dataset.theme === "dark" ? "dark" : "default";
    if (theme === drawn) return;
    drawn = theme;
    mermaid.initialize({ startOnLoad: false, theme, securityLevel: "strict", fontFamily: "inherit" });
    diagrams.forEach((diagram, i) => {
      delete diagram.dataset.processed;
      diagram.textContent = sources[i];
    });
    await mermaid.run({ nodes: diagrams });
  }

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
