import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { say, sayError } from "../../assets/js/texts.js";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("templates/base.html") + read("templates/page.html");
const modules = readdirSync(new URL("../../assets/js", import.meta.url), { recursive: true })
  .filter((file) => file.endsWith(".js"))
  .map((file) => file.replaceAll("\\", "/").replace(/\.js$/, ""));

test("the templates say what the page's texts say", () => {
  const marked = [...page.matchAll(/data-text="(\w+)"[^>]*>([^<]*)</g)];
  assert.ok(marked.length > 20);
  for (const [, name, text] of marked) assert.equal(text, say(name), name);
});

test("every text that the scripts ask for is there", () => {
  const asked = modules.flatMap((name) => [...read(`assets/js/${name}.js`).matchAll(/\bsay\(\s*"(\w+)"/g)].map((match) => match[1]));
  assert.ok(asked.length > 40);
  for (const name of asked) assert.notEqual(say(name, "", "", ""), undefined, name);
});

test("an error is a sentence, never a code", () => {
  assert.match(sayError({ code: "nameTaken", message: "x" }), /somebody else/i);
  assert.equal(sayError({ code: "somethingNew", message: "It says so." }), "It says so.");
  for (const odd of [undefined, {}, { code: "toString" }, { code: "__proto__" }]) assert.match(sayError(odd), /^That did not work/);
});

/** What is loaded when it is opened. */
const LATER = ["copying", "opened", "styles", "views/dialog", "views/panels", "views/share"];
const first = modules.filter((name) => !LATER.includes(name));

test("every module of the first view is fetched ahead, and none that is not there", () => {
  const [, list] = /for module in \[(.*?)\]/.exec(page);
  const ahead = [...list.matchAll(/"([\w/]+)"/g)].map((match) => match[1]);
  const wanted = first.filter((name) => !["main", "boot"].includes(name));
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
  const scripts = weigh(first.map((name) => `assets/js/${name}.js`));
  const styles = weigh(["base", "parts", "views"].map((name) => `assets/css/${name}.css`));
  assert.ok(scripts < 25 * 1024, `scripts: ${scripts}`);
  assert.ok(scripts + styles < 50 * 1024, `all: ${scripts + styles}`);
});
