// Lighthouse on a phone: all points for accessibility, best practices and for search engines. Its points for performance are told, as
// the median of three runs, and no claim: they measure this machine too.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import lighthouse from "lighthouse";
import { chromium } from "playwright-core";

import { LAUNCH } from "../browser/chromium.js";
import { freePort } from "../browser/processes.js";
import { Scene } from "../browser/scene.js";
import { inTime } from "../browser/wait.js";

/** An odd number, so that one of them is the median. */
const RUNS = 3;
/** A run takes seven seconds on a quiet machine. */
const LIMIT_MS = 180_000;
/** A trace that could not be recorded, which a busy machine causes, says nothing about the page: "please run Lighthouse again". */
const TRIES = 3;
const PERFECT = ["accessibility", "best-practices", "seo"];

/** `skip` are the audits that a page fails on purpose. */
const PAGES = [
  { path: "/", skip: [] },
  // Whoever has an area's link was given it: `noindex` keeps it out of search engines.
  { path: "/a/lunch", skip: ["is-crawlable"] },
];

let running = null;

/** A Chromium of its own: Lighthouse speaks to it over a port. */
async function start() {
  const port = await freePort();
  const browser = await chromium.launch({ ...LAUNCH, args: [...LAUNCH.args, `--remote-debugging-port=${port}`] });
  return { port, browser };
}

after(async () => (await running)?.browser.close());

/** One run: points by category, of 100, and in a sentence each what cost some. */
async function judge(url, skipAudits) {
  running ??= start();
  const { port } = await running;
  let lhr = null;
  for (let tries = 0; tries < TRIES && (!lhr || lhr.runtimeError); tries++) {
    const run = lighthouse(url, { port, output: "json", logLevel: "error", skipAudits });
    ({ lhr } = await inTime(`Lighthouse's report on ${url}`, run, LIMIT_MS));
  }
  assert.equal(lhr.runtimeError, undefined);
  const points = Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]));
  const costs = PERFECT.flatMap((id) => {
    const failed = lhr.categories[id].auditRefs.map((ref) => lhr.audits[ref.id]).filter(({ score, scoreDisplayMode }) => score < 1 && scoreDisplayMode === "binary");
    return failed.filter(({ score }) => score !== null).map((audit) => `${audit.title}: ${JSON.stringify(audit.details?.items ?? [])}`);
  });
  return { points, costs };
}

async function lunch(t) {
  const scene = await Scene.open(t);
  for (const [name, place] of [["Bob", "Ramen Ya"], ["李娜", "Ramen Ya"], ["محمد", "Momo’s Deli"]]) {
    await (await scene.guest("lunch").take(name)).vote(place);
  }
  return scene;
}

for (const { path, skip } of PAGES) {
  test(`Lighthouse gives ${path} all points but for performance, and tells those`, async (t) => {
    const scene = await lunch(t);
    const performance = [];
    for (let run = 0; run < RUNS; run++) {
      const { points, costs } = await judge(scene.server.url + path, skip);
      assert.deepEqual(PERFECT.map((id) => [id, points[id]]), PERFECT.map((id) => [id, 100]), costs.join("\n"));
      assert.deepEqual(costs, []);
      performance.push(points.performance);
    }
    performance.sort((a, b) => a - b);
    assert.ok(performance.every((points) => points > 0), "the report was made");
    t.diagnostic(`performance of ${path}: ${performance[(RUNS - 1) / 2]} of 100, the median of ${performance.join(", ")}`);
  });
}

test("an area's page fails the one audit on purpose, and Lighthouse sees it", async (t) => {
  const scene = await lunch(t);
  const { points, costs } = await judge(`${scene.server.url}/a/lunch`, []);
  assert.ok(points.seo < 100);
  assert.equal(costs.length, 1, costs.join("\n"));
  assert.match(costs[0], /noindex/);
});
