// Draws the page's mermaid diagrams in the page's own colours, and again when the reader switches between light and dark.
(() => {
  const diagrams = [...document.querySelectorAll(".mermaid")];
  const sources = diagrams.map((diagram) => diagram.textContent);
  const page = getComputedStyle(document.documentElement);
  const READABLE = 750; // CSS pixels, what a laptop's page has within the padding
  let drawn = null;

  // On a phone a wide diagram scrolls in its own box, by keyboard too, rather than shrink until no one can read it.
  function keepReadable(diagram) {
    const svg = diagram.querySelector("svg");
    svg.style.minWidth = `${Math.min(parseFloat(svg.style.maxWidth) || 0, READABLE)}px`;
    if (diagram.scrollWidth > diagram.clientWidth) diagram.tabIndex = 0;
  }

  async function draw() {
    const theme = document.documentElement.dataset.theme;
    if (theme === drawn) return;
    drawn = theme;
    const colour = (name) => page.getPropertyValue(`--pst-color-${name}`).trim();
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      look: "classic",
      theme: "base",
      flowchart: { wrappingWidth: 360 }, // lines are broken where the diagram says so
      themeVariables: {
        darkMode: theme === "dark",
        fontFamily: getComputedStyle(document.body).fontFamily,
        background: colour("background"),
        primaryColor: colour("surface"),
        primaryTextColor: colour("text-base"),
        primaryBorderColor: colour("primary"),
        lineColor: colour("text-muted"),
        textColor: colour("text-base"),
        secondaryColor: colour("background"),
        tertiaryColor: colour("background"),
        clusterBkg: colour("background"),
        clusterBorder: colour("border"),
        edgeLabelBackground: colour("background"),
      },
    });
    diagrams.forEach((diagram, i) => {
      delete diagram.dataset.processed;
      diagram.textContent = sources[i];
    });
    await mermaid.run({ nodes: diagrams });
    diagrams.forEach(keepReadable);
  }

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
