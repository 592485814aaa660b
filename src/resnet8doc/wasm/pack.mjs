// node pack.mjs PYODIDE WHEELS TARGET RULES: import what a start imports, and pack its bytecode (_pack.py).
//
// WHEELS holds the compiled wheels. Into TARGET go started.bin (start.mjs reads it) and python_stdlib.zip.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [core, wheels, target, rules] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const { loadPyodide } = await import(pathToFileURL(join(core, "pyodide.mjs")));
const pyodide = await loadPyodide({ indexURL: core + "/", convertNullToNone: true });
for (const [path, folder] of [["/wheels", wheels], ["/target", target], ["/core", core]]) {
  pyodide.FS.mkdir(path);
  pyodide.mountNodeFS(path, folder);
}
try {
  for (const name of ["_compile.py", "_pack.py"]) pyodide.runPython(readFileSync(join(here, name), "utf8"));
  const pack = pyodide.globals.get("pack");
  pack(rules, readFileSync(join(here, "_started.py"), "utf8"), pyodide.globals.get("_bytecode"));
} catch (error) {
  console.error(error.message); // node would print Pyodide's whole script before it
  process.exit(1);
}
