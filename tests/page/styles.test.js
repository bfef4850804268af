// The style sheets as text: their layers, their properties, and that they know no left and right. How it looks is not seen here.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const FOLDER = new URL("../../assets/css/", import.meta.url);
const ORDER = "@layer reset, base, parts, views, feature;";
/** The ground rules of the page have a file each; any other file is a feature's. */
const LAYERS = { "base.css": ["reset", "base"], "parts.css": ["parts"], "views.css": ["views"], "rows.css": ["views"] };

const read = (file) => readFileSync(new URL(file, FOLDER), "utf8").replaceAll(/\/\*[^]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, " "));
const sheets = Object.fromEntries(readdirSync(FOLDER).map((file) => [file, read(file)]));

/** What stands outside of all braces. */
function outermost(text) {
  let [depth, found] = [0, ""];
  for (const char of text) {
    if (char === "{") depth++;
    if (depth === 0) found += char;
    if (char === "}") depth--;
  }
  return found.split(/[\n}]+/).map((line) => line.trim()).filter(Boolean);
}

test("the order of the layers is said once, before all else", () => {
  assert.ok(sheets["base.css"].trimStart().startsWith(ORDER));
  const all = Object.values(sheets).join("");
  assert.equal(all.split(/@layer [^{;]*;/).length - 1, 1);
});

for (const [file, text] of Object.entries(sheets)) {
  test(`${file} stands wholly in its layer`, () => {
    const outside = new Set(outermost(text.replace(ORDER, "")));
    assert.deepEqual([...outside].sort(), (LAYERS[file] ?? ["feature"]).map((layer) => `@layer ${layer}`).sort());
  });

  test(`${file} uses properties that are there`, () => {
    const own = new Set(Object.values(sheets).join("").match(/--[\w-]+(?=:)/g));
    for (const [, name] of text.matchAll(/var\((--[\w-]+)/g)) assert.ok(own.has(name), name);
  });

  test(`${file} knows a beginning and an end, no left and right`, () => {
    const physical = text.match(/^\s*(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|(?:min-|max-)?(?:width|height))\s*:.*$/gm);
    assert.deepEqual(physical ?? [], []);
  });

  if (file !== "base.css") {
    test(`${file} has its colours from base.css`, () => {
      const own = text.match(/#[0-9a-f]{3,8}\b(?![^{};]*\{)|\b(?:rgb|hsl)a?\(.*$/gim);
      assert.deepEqual(own ?? [], []);
    });
  }
}
