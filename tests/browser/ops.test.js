// The live view of the servers: two of them over one Redis, one killed; read by eye, by keyboard and by axe, on a phone and on a laptop,
// light and dark.

import assert from "node:assert/strict";
import { test } from "node:test";

import axe from "axe-core";
import { DEVICES } from "./chromium.js";
import { fits } from "./fits.js";
import { Scene } from "./scene.js";
import { Server } from "./server.js";
import { become, until } from "./wait.js";

const TOKEN = "sixteen-characters-or-more";

async function violations({ page }) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]);
}

async function isClean(person) {
  for (const device of ["phone", "laptop"]) {
    await person.page.setViewportSize(DEVICES[device].viewport);
    await fits(person, device);
    for (const colorScheme of ["light", "dark"]) {
      await person.page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(person), [], `${device}, ${colorScheme}`);
    }
  }
}

const said = ({ page }) => page.locator("#ops-words").textContent();
const states = ({ page }) => page.locator(".panel-state").allTextContents();

/** Notes in the page, by its own clock, what the stream tells and what the page says of it. */
function takeNotes({ page }) {
  return page.addInitScript(() => {
    window.notes = [];
    window.EventSource = class extends EventSource {
      constructor(url) {
        super(url);
        this.addEventListener("message", ({ data }) => window.notes.push({ ms: performance.now(), ...JSON.parse(data).data }));
      }
    };
    document.addEventListener("DOMContentLoaded", () => {
      const words = document.querySelector("#ops-words");
      new MutationObserver(() => window.notes.push({ ms: performance.now(), words: words.textContent })).observe(words, { childList: true, characterData: true, subtree: true });
    });
  });
}

/** A server samples itself each second; one that has missed two is gone, which is within three seconds where nobody is late. */
const MISSED_MS = 2_000;

/** Nobody is said to be gone before two samples are missing; how long after is told, and no claim: it measures this machine too. */
function tellsWhen(t, notes, killedMs) {
  const told = notes.findIndex(({ ms, words }) => ms > killedMs && words?.includes("gone"));
  const heard = notes.slice(0, told).filter(({ at }) => at);
  const lasts = new Map(heard.flatMap(({ samples = [] }) => samples).map(({ server, at }) => [server, at]));
  assert.equal(lasts.size, 2);
  const missing = heard.map(({ at }) => at - Math.min(...lasts.values())).filter((ms) => ms > MISSED_MS);
  assert.ok(missing.length > 0, "two samples are missing");
  t.diagnostic(`seen ${Math.round(notes[told].ms - killedMs)} ms after the kill by the page's clock, ${missing[0]} ms after its last sample by the store's`);
}

test("two servers are seen, what they do, and that one of them is gone", async (t) => {
  const scene = await Scene.open(t, { redis: true });
  const two = new Server({ REDIS_URL: scene.redis.url, SESSION_SECRET: "a secret for the browser tests alone" });
  t.after(() => two.close());
  const op = await scene.person("laptop", { reducedMotion: "reduce" });
  await takeNotes(op);
  await op.page.goto(`${scene.server.url}/ops`);
  await become("one server", () => said(op), "1 server running");
  await two.start();
  await become("two servers", () => said(op), "2 servers running");
  assert.deepEqual((await op.page.locator(".panel h2").allTextContents()).map((name) => name.split(":").at(-1)).sort(), ["All servers", String(scene.server.port), String(two.port)].sort());

  const memory = op.page.locator(".panel").nth(1).locator(".chart").nth(1);
  await until("a line is drawn", async () => (await memory.locator(".chart-plot path.line-0").getAttribute("d")).includes("L"));
  assert.match(await memory.locator("b").textContent(), /^[\d.]+ MiB$/);
  const ticks = await memory.locator(".chart-tick").allTextContents();
  assert.ok(ticks.includes("0 B") && ticks.some((tick) => /^\d\d:\d\d$/.test(tick)), ticks);

  const plot = memory.getByRole("slider");
  await plot.focus();
  await op.page.keyboard.press("ArrowLeft");
  assert.match(await plot.getAttribute("aria-valuetext"), /^\d\d:\d\d:\d\d: [\d.]+ MiB$/);
  assert.match(await memory.locator(".chart-moment").textContent(), /^\d\d:\d\d:\d\d$/);
  await memory.locator("summary").click();
  await until("the table has the value", async () => /MiB/.test(await memory.locator("tbody").textContent()));
  await isClean(op);

  const killedMs = await op.page.evaluate(() => performance.now());
  await two.kill();
  await become("one is gone", () => said(op), "1 server running, 1 gone in the last five minutes");
  tellsWhen(t, await op.page.evaluate(() => window.notes), killedMs);
  assert.equal((await states(op)).filter((state) => state.startsWith("Gone since ")).length, 1);
  await isClean(op);
});

test("the token lets in, and a wrong one does not", async (t) => {
  const scene = await Scene.open(t, { settings: { OPS_TOKEN: TOKEN } });
  const op = await scene.person("laptop", { reducedMotion: "reduce" });
  op.expect(/403/);
  await op.page.goto(`${scene.server.url}/ops`);
  await op.page.getByLabel("Token").fill("not the token at all");
  await op.page.keyboard.press("Enter");
  await op.page.getByText("That is not the token.").waitFor();
  await isClean(op);
  await op.page.getByLabel("Token").fill(TOKEN);
  await op.page.keyboard.press("Enter");
  await become("the view", () => said(op), "1 server running");
  assert.equal(op.page.url(), `${scene.server.url}/ops`);
  await op.page.getByRole("button", { name: "Sign out" }).click();
  await op.page.getByLabel("Token").waitFor();
});

test("a server that goes is said to be lost, and comes back by itself", async (t) => {
  const scene = await Scene.open(t);
  const op = await scene.person("laptop", { reducedMotion: "reduce" });
  op.expect(/net::ERR_|502|503/);
  await op.page.goto(`${scene.server.url}/ops`);
  await become("it is there", () => said(op), "1 server running");
  await scene.server.kill();
  await become("it is lost", () => said(op), "Connection lost, trying again. What is shown is not current.");
  await scene.server.start();
  await become("it is back", () => said(op), "1 server running");
});
