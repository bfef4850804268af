// The page's files: which are fetched ahead, what packing does to them, and what they weigh.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("templates/page.html");
const modules = readdirSync(new URL("../../assets/js", import.meta.url), { recursive: true })
  .filter((file) => file.endsWith(".js"))
  .map((file) => file.replaceAll("\\", "/").replace(/\.js$/, ""));

/** The modules that come with the first view: what main.js imports, and what that imports. What `import()` fetches comes later. */
function firstView(name = "main", found = new Set()) {
  found.add(name);
  for (const [, path] of read(`assets/js/${name}.js`).matchAll(/^import .* from "(.*)\.js";$/gm)) {
    const next = new URL(path, `file:///${name}`).pathname.slice(1);
    if (!found.has(next)) firstView(next, found);
  }
  return found;
}

test("every module of the first view is fetched ahead, and no other", () => {
  const [, list] = /for module in \[(.*?)\]/.exec(page);
  const ahead = [...list.matchAll(/"([\w/-]+)"/g)].map((match) => match[1]);
  assert.deepEqual(ahead.sort(), [...firstView()].filter((name) => name !== "main").sort());
});

test("every module is fetched some time", () => {
  const later = modules.flatMap((name) => [...read(`assets/js/${name}.js`).matchAll(/\bimport\("(.*?)\.js"\)/g)].map((match) => new URL(match[1], `file:///${name}`).pathname.slice(1)));
  const all = new Set([...firstView(), ...firstView("wall"), ...firstView("ops"), ...later.flatMap((name) => [...firstView(name)])]);
  assert.deepEqual(modules.filter((name) => !all.has(name)), ["boot"]);
});

test("no text of a script goes over several lines: it would lose its indentation when it is packed", () => {
  for (const name of modules) {
    for (const line of read(`assets/js/${name}.js`).split("\n")) {
      if (!/^\s*(\/?\*|\/\/)/.test(line)) assert.equal((line.match(/`/g) ?? []).length % 2, 0, `${name}: ${line}`);
    }
  }
});

test("what the first view weighs stays in its bounds", () => {
  const squeezed = (text) => brotliCompressSync(text.replace(/^\s*\/\*\*?[\s\S]*?\*\/$|^\s*\/\/.*$|^\s+/gm, "")).length;
  const weigh = (list) => list.reduce((sum, path) => sum + squeezed(read(path)), 0);
  const scripts = weigh(["boot", ...firstView()].map((name) => `assets/js/${name}.js`));
  const styles = weigh(["base", "parts", "views", "rows", "panels"].map((name) => `assets/css/${name}.css`));
  assert.ok(scripts < 25 * 1024, `scripts: ${scripts}`);
  assert.ok(scripts + styles < 50 * 1024, `all: ${scripts + styles}`);
});
