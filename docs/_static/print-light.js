// Paper is white: a page that is read in the dark theme is printed in the light one.
(() => {
  const page = document.documentElement;
  let chosen = null;
  matchMedia("print").addEventListener("change", ({ matches }) => {
    if (matches) chosen = page.dataset.theme;
    page.dataset.theme = matches ? "light" : chosen;
  });
})();
