// node compile.mjs PYODIDE SOURCE TARGET RULES: rewrite wheels with their Python compiled to bytecode.
//
// Compiling is what a cold start in the browser spends much of its time on, so it is done here once, by the very
// interpreter that will run the code. RULES is JSON: {"unused": [path prefixes to leave out], "needed": [of these, what to keep]}.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [core, source, target, rules] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(core, "pyodide.mjs")));
const pyodide = await loadPyodide({ indexURL: core + "/" });
for (const [path, folder] of [["/source", source], ["/target", target]]) {
  pyodide.FS.mkdir(path);
  pyodide.mountNodeFS(path, folder);
}
pyodide.runPython(readFileSync(join(dirname(fileURLToPath(import.meta.url)), "_compile.py"), "utf8"));
pyodide.globals.get("main")(rules);
