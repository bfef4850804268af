// The page's words: each that a script asks for is there with the holes that it fills, each that is there is asked for, and a
// sentence is right in each language. That the languages have the same texts is held by src/lang/tests.rs.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { afterEach, test } from "node:test";

import { distance } from "../../assets/js/distance.js";
import { clock } from "../../assets/js/texts.js";
import { language, say, sayError, speak } from "../english.js";

const scripts = new URL("../../assets/js/", import.meta.url);
const modules = readdirSync(scripts, { recursive: true }).filter((file) => file.endsWith(".js"));
const code = modules.map((file) => [file, readFileSync(new URL(file, scripts), "utf8")]);
const { page: first, later, errors } = language("en");
const page = { ...first, ...later };
/** What is drawn once its style sheet and the later words are there; all else is to have its words from the beginning. */
const LATER = /^(talk|map)\/|^views\/(talk|map|share|hand-over|claim|picture|activity|account)(\/|\.js$)|^activity\.js$/;

afterEach(() => speak("en"));

const holesOf = (text) => new Set((typeof text === "string" ? text : Object.values(text).join(" ")).match(/\{\w+\}/g)?.map((hole) => hole.slice(1, -1)));

/** `say("name", { hole, other: value })` → `["name", ["hole", "other"]]`; a call that spreads its holes in is left out. */
function calls(text) {
  return [...text.matchAll(/\bsay\("(\w+)"(?:, \{ ([^}]*) \})?\)/g)]
    .filter(([, , filled]) => !filled?.includes("..."))
    .map(([, name, filled]) => [name, filled ? [...filled.matchAll(/(?:^|, )(\w+)(?=:|,|$)/g)].map((match) => match[1]) : []]);
}

test("every text that the scripts ask for is there, and its holes are filled", () => {
  let asked = 0;
  for (const [file, text] of code) {
    for (const [name, filled] of calls(text)) {
      asked += 1;
      assert.ok(page[name], `${file} says ${name}, which lang/en.json does not have in page`);
      assert.deepEqual(new Set(filled), holesOf(page[name]), `${file} says ${name} with other holes than it has`);
    }
    for (const [, name] of text.matchAll(/\bsay\(\s*"(\w+)"/g)) assert.ok(page[name], `${file} says ${name}`);
  }
  assert.ok(asked > 40);
});

test("every text for the scripts is said by one of them", () => {
  const all = code.map(([, text]) => text).join("\n");
  for (const name of Object.keys(page)) assert.ok(all.includes(`"${name}"`), `no script says ${name}: take it out of page in lang/, or move it to html`);
});

test("what comes with the page has its words with the page, and no later words come along", () => {
  const words = (list) => list.flatMap(([, text]) => [...text.matchAll(/"(\w+)"/g)].map(([, name]) => name));
  const early = new Set(words(code.filter(([file]) => !LATER.test(file))));
  assert.deepEqual(Object.keys(later).filter((name) => early.has(name) || name in first), []);
});

test("a call without its hole, planted, is found", () => {
  assert.deepEqual(calls('say("a"); say("b", { name }); say("c", { n: rows.length, names: f(x, y) }); say("d", { ...more })'), [
    ["a", []],
    ["b", ["name"]],
    ["c", ["n", "names"]],
  ]);
});

test("an error is a sentence, never a code", () => {
  assert.equal(sayError({ code: "nameTaken", message: "x" }), errors.nameTaken);
  assert.equal(sayError({ code: "somethingNew", message: "It says so." }), "It says so.");
  for (const odd of [undefined, {}, { code: "toString" }, { code: "__proto__" }]) assert.equal(sayError(odd), page.failed);
});

test("plurals go by the language", () => {
  for (const [tag, n, text] of [
    ["en", 0, "0 votes"],
    ["en", 1, "1 vote"],
    ["de", 2, "2 Stimmen"],
    ["fr", 0, "0 vote"],
    ["fr", 1_000_000, "1\u202f000\u202f000 de votes"],
    ["es", 1, "1 voto"],
    ["zh-Hans", 1, "1 票"],
  ]) {
    speak(tag);
    assert.equal(say("votes", { n }), text, tag);
  }
});

test("lists are joined as the language does it", () => {
  for (const [tag, text] of [
    ["en", "A tie: Ramen, Thai, and Taco with 2 votes each."],
    ["de", "Gleichstand: Ramen, Thai und Taco mit je 2 Stimmen."],
    ["zh-Hans", "并列第一：Ramen、Thai和Taco，各 2 票。"],
  ]) {
    speak(tag);
    assert.equal(say("tie", { names: ["Ramen", "Thai", "Taco"], n: 2 }), text);
  }
});

test("what fills a hole is not searched for holes, nor does it turn the sentence around", () => {
  assert.equal(say("nameFree", { name: "{name} $& {n}" }), "Take “{name} $& {n}”");
  assert.equal(say("nameFree", { name: "מיכל" }), "Take “\u2068מיכל\u2069”");
  assert.equal(say("tie", { names: ["a", "مطعم"], n: 1 }), "A tie: a and \u2068مطعم\u2069 with 1 vote each.");
});

test("a text that an older server does not send yet is empty, and breaks nothing", () => {
  assert.equal(say("of tomorrow", { n: 1 }), "");
});

test("a time is written in the page's language, by the clock of the person's region", () => {
  const afternoon = new Date(2026, 2, 4, 14, 5);
  for (const [tag, home, text] of [
    ["en", "en-US", "2:05 PM"],
    ["en", "en-GB", "14:05"],
    ["en", "pl-PL", "14:05"],
    ["de", "de-DE", "14:05"],
    ["fr", "fr", "14:05"],
    ["es", "es-ES", "14:05"],
    ["zh-Hans", "zh-CN", "14:05"],
  ]) {
    speak(tag, home);
    assert.equal(clock(afternoon).replace(/\s/g, " "), text, `${tag} ${home}`);
  }
});

test("a distance is in metres and kilometres, or where people think in miles in feet and miles", () => {
  for (const [tag, home, near, far] of [
    ["en", "en-IE", "120 m", "1.2 km"],
    ["en", "en", "120 m", "1.2 km"],
    ["en", "en-US", "400 ft", "0.8 mi"],
    ["en", "en-GB", "400 ft", "0.8 mi"],
    ["de", "de-AT", "120 m", "1,2 km"],
    ["fr", "fr-FR", "120 m", "1,2 km"],
    ["es", "es-US", "400 ft", "0.8 mi"],
    ["zh-Hans", "zh-CN", "120米", "1.2公里"],
  ]) {
    speak(tag, home);
    assert.deepEqual([123, 1_240].map((metres) => distance(metres).replace(/\s/g, " ")), [near, far], `${tag} ${home}`);
  }
  speak("en", "en-IE");
  assert.deepEqual([0, 994, 996, 9_940, 12_345].map(distance), ["0 m", "990 m", "1 km", "9.9 km", "12 km"]);
});
