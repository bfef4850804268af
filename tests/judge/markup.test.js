// The Nu HTML checker finds nothing to say: not in the pages as the server sends them, not in what the scripts make of them, not in the
// style sheets, not in the drawings.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { Scene } from "../browser/scene.js";
import { STATES, arrive } from "../browser/states.js";
import { findings } from "./nu.js";

const ASSETS = new URL("../../assets/", import.meta.url);
const LANGUAGES = ["en", "de", "fr", "es", "zh-Hans"];

/**
 * ARIA 1.2 has a combobox lead to its options by `aria-controls`, and axe agrees. The checker asks for the `aria-owns` of ARIA 1.0, which
 * 1.2 advises against.
 */
const OF_COMBOBOX = /warning: Attribute “aria-activedescendant” value should .* role="combobox"/s;

/** Names and places that want to be more than text. */
const ODD = [["李娜", "午饭 & Café"], ["محمد", "مطعم الشرق"], ["<b>Bob", "<b>\"Ramen\"</b>"], ["O’Neill", "'Tacos' & more"]];

async function oddArea(scene, area) {
  for (const [name, place] of ODD) await (await scene.guest(area).take(name)).vote(place);
  await (await scene.guest(area).take("Away")).vote("Left");
}

/** The text of a page, as somebody gets it who has been here before: with the session's cookie. */
async function page(url, path, language, form) {
  const cookie = (await fetch(`${url}/api/session`, { method: "POST", headers: { origin: url } })).headers.get("set-cookie").split(";")[0];
  const asked = { headers: { origin: url, cookie, "accept-language": language }, redirect: "manual" };
  const answer = await fetch(url + path, form ? { ...asked, method: "POST", body: new URLSearchParams(form) } : asked);
  const kind = answer.headers.get("content-type") ?? "";
  assert.match(kind, /^(text\/html|image\/svg\+xml)/, `${path}: ${answer.status} ${kind}`);
  return { ending: kind.includes("svg") ? "svg" : "html", text: await answer.text() };
}

test("pages as the server sends them", async (t) => {
  const scene = await Scene.open(t);
  const { url } = scene.server;
  await oddArea(scene, "lunch");
  const documents = new Map([["the drawing of a QR code", await page(url, "/a/lunch/qr.svg", "en")]]);
  const asked = [
    ["/"], ["/a/nobody-yet"], ["/a/lunch"], ["/a/lunch?wall"], ["/a/%E5%8D%88%E9%A5%AD"], ["/nothing/here"], ["/a/no%20name"], ["/?area=a/b"],
    // What the forms for no scripts say of a name that is taken, of one that is none, of a vote without a name, of a place without one.
    ["/a/lunch/name", { username: "Away" }], ["/a/lunch/name", { username: "<b>\u202e" }],
    ["/a/lunch/vote", { place: "<b>Bistro</b>" }], ["/a/lunch/vote", { place: " " }],
  ];
  documents.set("/ops", await page(url, "/ops", "en"));
  for (const language of LANGUAGES) {
    for (const [path, form] of asked) documents.set(`${path} in ${language} ${JSON.stringify(form ?? "")}`, await page(url, path, language, form));
  }
  assert.deepEqual(await findings(documents), []);
});

test("pages as the scripts make them", async (t) => {
  const documents = new Map();
  const made = async (page) => ({ ending: "html", text: `<!DOCTYPE html>${await page.evaluate(() => document.documentElement.outerHTML)}` });
  for (const name of Object.keys(STATES).filter((name) => STATES[name].person?.javaScriptEnabled !== false)) {
    const { scene, ann } = await arrive(Scene, t, STATES[name]);
    documents.set(name, await made(ann.page));
    await scene.close();
  }
  const scene = await Scene.open(t);
  const op = await scene.person("laptop");
  await op.page.goto(`${scene.server.url}/ops`);
  await op.page.locator(".chart-table summary").first().click();
  documents.set("the servers", await made(op.page));
  const found = await findings(documents);
  assert.deepEqual(found.filter((finding) => !OF_COMBOBOX.test(finding)), []);
  assert.ok(found.some((finding) => OF_COMBOBOX.test(finding)), "the exception is still needed");
});

test("style sheets and icons", async () => {
  const documents = new Map();
  for (const file of readdirSync(ASSETS, { recursive: true })) {
    const ending = /\.(css|svg|html)$/.exec(file)?.[1];
    if (ending) documents.set(file, { ending, text: readFileSync(new URL(file, ASSETS), "utf8") });
  }
  assert.ok(documents.size >= 4, "css and icon");
  assert.deepEqual(await findings(documents), []);
});

test("the checker would find something", async () => {
  const planted = new Map([
    ["a page", { ending: "html", text: "<!DOCTYPE html><html lang=en><title>x</title><p><div></div></p>" }],
    ["a sheet", { ending: "css", text: "p { colour: red }" }],
    ["a drawing", { ending: "svg", text: "<svg xmlns='http://www.w3.org/2000/svg'><nothing/></svg>" }],
  ]);
  const found = (await findings(planted)).join("\n");
  for (const what of planted.keys()) assert.match(found, new RegExp(`^${what}, line`, "m"));
});
