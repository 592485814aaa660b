// Runs in marimo's worker, before marimo asks: start Python with all that the notebook needs.
const BASE = new URL(".", import.meta.url).href;

export function start(loadPyodide, packages) {
  return loadPyodide({
    packages,
    indexURL: BASE,
    packageBaseUrl: BASE,
    lockFileURL: `${BASE}pyodide-lock.json`,
    convertNullToNone: true,
  });
}
