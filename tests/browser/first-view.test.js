// The first view of an area: what it weighs, every answer that a new browser asks for counted as it comes over the wire, and
// whether it stays where it is while the scripts take over from the server's HTML.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";

import { Scene } from "./scene.js";
import { inTime } from "./wait.js";

const KIB = 1024;

/** The bytes of an answer, its head and its body as they are sent. */
function bytes(url, encoding) {
  const answer = new Promise((done, failed) => {
    const asked = request(url, { headers: { "accept-encoding": encoding }, agent: false }, (response) => {
      let body = 0;
      response.on("data", (chunk) => (body += chunk.length));
      response.on("end", () => {
        const head = response.rawHeaders.reduce((sum, text) => sum + text.length + 2, `HTTP/1.1 ${response.statusCode} OK\r\n\r\n`.length);
        done({ head, body, encoding: response.headers["content-encoding"] ?? "none", status: response.statusCode });
      });
    });
    asked.on("error", failed).end();
  });
  return inTime(`the answer of ${url}`, answer);
}

/**
 * Behind TLS, and on localhost, every browser takes Brotli: there the scripts have their bound. Over plain HTTP in an office's
 * network they take gzip, whose scripts are a tenth more.
 */
const BOUNDS = { br: { all: 60, scripts: 25 }, gzip: { all: 60, scripts: 28 } };

for (const [encoding, bound] of Object.entries(BOUNDS)) {
  test(`the first view of an area is under ${bound.all} KiB, its scripts under ${bound.scripts} KiB, with ${encoding}`, async (t) => {
    const scene = await Scene.open(t);
    const [ann] = await scene.two();
    await ann.suggest("Ramen", "Ann");
    const eve = await scene.person("phone");
    const urls = [];
    let frames = 0;
    eve.page.on("request", (asked) => urls.push(asked.url()));
    eve.page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => (frames += payload.length)));
    await eve.enter("lunch");
    await eve.sees(["Ramen", "1 vote", "Ann"]);
    assert.equal(new Set(urls).size, urls.length, "each file is asked for once");
    assert.ok(urls.every((url) => url.startsWith(scene.server.url)), `nobody else is asked for anything: ${urls}`);
    let [all, scripts] = [frames, 0];
    for (const url of urls) {
      const answer = await bytes(url, encoding);
      assert.equal(answer.status, 200, url);
      all += answer.head + answer.body;
      if (url.endsWith(".js")) scripts += answer.body;
    }
    t.diagnostic(`${urls.length} answers, ${(all / KIB).toFixed(1)} KiB in all, scripts ${(scripts / KIB).toFixed(1)} KiB`);
    assert.ok(scripts > 0 && scripts < bound.scripts * KIB, `the scripts are ${scripts} bytes`);
    assert.ok(all < bound.all * KIB, `all together are ${all} bytes`);
  });
}

/** What Chromium calls good; it is a part of the screen times the way that it jumped. */
const GOOD_SHIFT = 0.1;

for (const device of ["phone", "laptop"]) {
  test(`nothing jumps while a page comes, on a ${device}`, async (t) => {
    const scene = await Scene.open(t);
    for (const [name, choice] of [["Bob", "Ramen"], ["Cleo", "Ramen"], ["Dmitri", "Golden Curry House"]]) {
      await (await scene.guest("lunch").take(name)).vote(choice);
    }
    for (const path of ["/", "/a/lunch", "/#lunch", "/a/nobody-yet", "/#nobody-yet"]) {
      const ann = await scene.person(device);
      await ann.page.addInitScript(() => {
        window.shifts = [];
        const note = (entry) => ({ by: entry.value, what: entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName) });
        new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(note))).observe({ type: "layout-shift", buffered: true });
      });
      await ann.goto(path);
      if (path === "/") await ann.page.locator("#group-idea button").waitFor();
      else await ann.isLive();
      // Two frames later all that has moved is noted.
      await ann.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const shifts = await ann.page.evaluate(() => window.shifts);
      const sum = shifts.reduce((all, { by }) => all + by, 0);
      assert.ok(sum < GOOD_SHIFT, `${path} jumps by ${sum}: ${JSON.stringify(shifts)}`);
      await ann.context.close();
    }
  });
}
