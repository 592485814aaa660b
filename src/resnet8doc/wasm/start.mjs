// Runs in marimo's worker, before marimo asks: start Python with all that the notebook needs.
const BASE = new URL(".", import.meta.url).href;
const PACK = "started.bin.gz";

// {index's length in 4 bytes, index, what it points at}, as _pack.py writes it.
async function fetched() {
  const answer = await fetch(BASE + PACK);
  if (!answer.ok) throw new Error(`${PACK}: ${answer.status}`);
  const stream = answer.body.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function install(pyodide, content) {
  const length = new DataView(content.buffer).getUint32(0, true);
  const index = JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + length)));
  const own = pyodide.globals.get("dict")();
  pyodide.runPython(index.code, { globals: own });
  const begin = own.get("begin");
  begin(content.subarray(4), length);
  Object.assign(pyodide.loadedPackages, index.packages);
}

// What the worker does where the file cannot be had or does not fit: every package from its wheel, as marimo would.
const USUAL = ["micropip", "msgspec", "marimo-base", "markdown", "pymdown-extensions", "narwhals", "packaging", "numpy", "resnet8doc"];

export async function start(loadPyodide) {
  performance.mark("r8-worker"); // these marks are what `nox -s bench -- playground-start` reads
  const pack = fetched();
  pack.catch(() => {}); // said below, where it is waited for
  const starting = loadPyodide({
    packages: [],
    indexURL: BASE,
    packageBaseUrl: BASE,
    lockFileURL: `${BASE}pyodide-lock.json`,
    convertNullToNone: true,
  });
  new BroadcastChannel("r8-asked").postMessage(""); // the page's head: now the front end
  const pyodide = await starting;
  performance.mark("r8-pyodide");
  try {
    install(pyodide, await pack);
  } catch (error) {
    console.warn("Python takes every package from its wheel:", error);
    await pyodide.loadPackage(USUAL);
  }
  performance.mark("r8-imported");
  return pyodide;
}
