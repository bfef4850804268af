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

test("every module of the page is fetched ahead, and none that is not there", () => {
  const [, list] = /for module in \[(.*?)\]/.exec(page);
  const ahead = [...list.matchAll(/"([\w/]+)"/g)].map((match) => match[1]);
  const wanted = modules.filter((name) => !["main", "boot"].includes(name));
  assert.deepEqual(ahead.sort(), wanted.sort());
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
  const scripts = weigh(modules.map((name) => `assets/js/${name}.js`));
  const styles = weigh(["base", "parts", "views"].map((name) => `assets/css/${name}.css`));
  assert.ok(scripts < 25 * 1024, `scripts: ${scripts}`);
  assert.ok(scripts + styles < 50 * 1024, `all: ${scripts + styles}`);
});
