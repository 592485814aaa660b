// Opens pages in Firefox and prints what they look like from inside, as JSON: node smoke.mjs FIREFOX BASE PAGE...
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, firefox, base, ...names] = process.argv.slice(2);
const found = createRequire(`${modules}/`).resolve("puppeteer-core");
const { default: puppeteer } = await import(pathToFileURL(found));

const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true, protocolTimeout: 120_000 });
const pages = {};
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (line) => line.type() === "error" && errors.push(line.text()));
  page.on("requestfailed", (request) => errors.push(`failed: ${request.url()}`));
  for (const name of names) {
    errors.length = 0;
    const sizes = {};
    for (const [size, width, height] of [["laptop", 1280, 800], ["phone", 390, 844]]) {
      await page.setViewport({ width, height });
      await page.goto(base + name, { waitUntil: "load" });
      sizes[size] = await page.evaluate(async () => {
        await globalThis.MathJax?.startup?.promise;
        const bottom = document.querySelector(".front")?.getBoundingClientRect().bottom ?? null;
        return { width: document.documentElement.scrollWidth, bottom };
      });
    }
    const seen = await page.evaluate(() => {
      const icon = document.querySelector(".theme-switch-button .fa-solid");
      return {
        title: document.querySelector("h1").textContent,
        formulas: document.querySelectorAll("article .math").length,
        drawn: document.querySelectorAll("article .math mjx-container:has(svg)").length,
        icon: getComputedStyle(icon, "::before").maskImage,
      };
    });
    pages[name] = { ...seen, sizes, errors: [...errors] };
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(pages));
