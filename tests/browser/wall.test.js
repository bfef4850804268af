// The wall, for the room's television: what it shows, on every screen, and that it looks after itself.

import assert from "node:assert/strict";
import { test } from "node:test";

import jsqr from "jsqr";

import { say } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

const LONG = "The very old inn behind the railway station with the long name that nobody remembers any more";
const RTL = "مطعم الشرق الأوسط للمأكولات البحرية والمشويات الطازجة";
/** In the order of their votes: as many as each has. */
const PLACES = { [LONG]: 5, [RTL]: 4, "Momo’s Deli": 3, "Golden Curry House": 2 };
const LAST = ["Kin Dee", "Ramen Ya", "Bob’s Truck", "Salad Bar", "Noodle Box", "Pizzeria Da Luigi"];

/** Ten places. */
async function tenPlaces(scene, area = "lunch") {
  let guests = 0;
  const vote = async (place) => (await scene.guest(area).take(`Guest ${++guests}`)).vote(place);
  for (const [place, votes] of Object.entries(PLACES)) for (let i = 0; i < votes; i++) await vote(place);
  for (const place of LAST) await vote(place);
}

const live = ({ page }) => become("the wall is live", () => page.locator("#wall-link-words").textContent(), say("linkLive"));

async function wall(scene, area = "lunch", viewport = { width: 1920, height: 1080 }) {
  const tv = await scene.person("laptop", { viewport });
  await tv.goto(`/a/${area}?wall`);
  await live(tv);
  return tv;
}

/** `[["Ramen", "2 votes"]]` */
const shown = ({ page }) =>
  page.locator("#wall-rows > li").evaluateAll((rows) => rows.map((row) => [".wall-name", ".wall-votes"].map((part) => row.querySelector(part).textContent)));

/** What a camera reads off the picture of the code. */
async function scanned({ page }) {
  await until("the code is there", () => page.locator("#wall-qr").evaluate((img) => img.complete && img.naturalWidth > 0));
  const { bytes, side } = await page.locator("#wall-qr").evaluate((img) => {
    const side = 600;
    const paper = Object.assign(document.createElement("canvas"), { width: side, height: side }).getContext("2d");
    paper.drawImage(img, 0, 0, side, side);
    return { side, bytes: [...paper.getImageData(0, 0, side, side).data] };
  });
  return jsqr(Uint8ClampedArray.from(bytes), side, side)?.data;
}

test("it shows eight of ten places in their order, and says how many there are beyond", async (t) => {
  const scene = await Scene.open(t);
  await tenPlaces(scene);
  const tv = await wall(scene);
  const wanted = [...Object.entries(PLACES).map(([place, n]) => [place, say("votes", { n })]), ...LAST.slice(0, 4).map((place) => [place, say("votes", { n: 1 })])];
  await become("the first eight", () => shown(tv), wanted);
  await tv.reads(say("wallMore", { n: 2 }));
  assert.equal(await tv.page.locator("#wall-rows .first .wall-name").textContent(), LONG);
  assert.equal(await tv.page.locator("#wall-rows .badge").first().textContent(), say("leading"));
  assert.match(await tv.page.locator("#wall-clock").textContent(), /\d{1,2}\D\d{2}/);
});

test("its code and its words lead to the area", async (t) => {
  const scene = await Scene.open(t);
  const tv = await wall(scene, "午饭");
  const link = `${scene.server.url}/a/${encodeURIComponent("午饭")}`;
  assert.equal(await scanned(tv), link);
  assert.equal(await tv.page.locator("#wall-address").textContent(), `${new URL(link).host}/a/午饭`);
});

test("it moves with each vote, and counts who is here", async (t) => {
  const scene = await Scene.open(t);
  const tv = await wall(scene);
  await tv.reads(say("wallEmpty"));
  const ann = await (await scene.person("phone")).enter("lunch");
  await ann.suggest("Ramen", "Ann");
  await become("the vote is there", () => shown(tv), [["Ramen", say("votes", { n: 1 })]]);
  await tv.readsNoMore(say("wallEmpty"));
  await become("who is here", () => tv.page.locator("#wall-here").textContent(), say("hereNow", { n: 1 }));
  for (const name of ["Bob", "Cleo"]) await (await scene.guest("lunch").take(name)).vote("Thai");
  await become("the other leads", () => shown(tv), [["Thai", say("votes", { n: 2 })], ["Ramen", say("votes", { n: 1 })]]);
  assert.match(await tv.page.title(), /^Thai 2/);
});

for (const [screen, viewport] of Object.entries({ "720p": [1280, 720], "1080p": [1920, 1080], "4K": [3840, 2160], portrait: [1080, 1920] })) {
  test(`everything fits ${screen}, and is large`, async (t) => {
    const scene = await Scene.open(t);
    await tenPlaces(scene);
    const [width, height] = viewport;
    const tv = await wall(scene, "lunch", { width, height });
    await tv.reads(say("wallMore", { n: 2 }));
    const seen = await tv.page.evaluate(() => {
      const box = (el) => el.getBoundingClientRect();
      const all = [...document.querySelectorAll("main *")].filter((el) => el.checkVisibility());
      const out = all.filter((el) => box(el).right > innerWidth + 1 || box(el).bottom > innerHeight + 1 || box(el).left < -1 || box(el).top < -1);
      const covered = [...document.querySelectorAll(".wall-name, .wall-votes")].filter((el) => {
        const { left, top, width: wide, height: high } = box(el);
        return !el.contains(document.elementFromPoint(left + wide / 2, top + high / 2));
      });
      const { scrollWidth, scrollHeight } = document.documentElement;
      return {
        scrolls: [scrollWidth > innerWidth, scrollHeight > innerHeight],
        out: out.map((el) => el.outerHTML.slice(0, 90)),
        covered: covered.map((el) => el.outerHTML),
        text: parseFloat(getComputedStyle(document.querySelector(".wall-name")).fontSize),
        code: box(document.querySelector("#wall-qr")).width,
      };
    });
    const { text, code, ...rest } = seen;
    assert.deepEqual(rest, { scrolls: [false, false], out: [], covered: [] });
    const short = Math.min(width, height);
    assert.ok(text > short * 0.04, `a name of ${text} px`);
    assert.ok(code > short * 0.38, `a code of ${code} px`);
  });
}

test("there is nothing to press, and the focus is nobody's", async (t) => {
  const scene = await Scene.open(t);
  await tenPlaces(scene);
  const tv = await wall(scene);
  assert.equal(await tv.page.locator("a[href], button, input, select, summary, [tabindex], [autofocus]").count(), 0);
  assert.equal(await tv.page.evaluate(() => document.activeElement === document.body), true);
});

test("it keeps the screen awake, again after each time that it was hidden, and hides a pointer that rests", async (t) => {
  const scene = await Scene.open(t);
  const tv = await scene.person("laptop");
  await tv.page.clock.install();
  await tv.page.addInitScript(() => {
    window.locks = [];
    const request = async (kind) => void window.locks.push(kind);
    Object.defineProperty(Navigator.prototype, "wakeLock", { get: () => ({ request }) });
  });
  await tv.goto("/a/lunch?wall");
  await live(tv);
  const locks = () => tv.page.evaluate(() => window.locks);
  assert.deepEqual(await locks(), ["screen"]);
  await tv.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  assert.deepEqual(await locks(), ["screen", "screen"]);
  const cursor = () => tv.page.evaluate(() => getComputedStyle(document.documentElement).cursor);
  await tv.page.mouse.move(300, 300);
  assert.equal(await cursor(), "auto");
  await tv.page.clock.runFor(4_000);
  assert.equal(await cursor(), "none");
  await tv.page.mouse.move(310, 300);
  assert.equal(await cursor(), "auto");
});

/** A wall whose clock the test moves, and which can be told from the one after a reload. */
async function watched(scene) {
  const tv = await scene.person("laptop");
  tv.expect(BROKEN_NETWORK);
  await tv.page.clock.install();
  await tv.goto("/a/lunch?wall");
  await live(tv);
  await tv.page.evaluate(() => (window.old = true));
  return tv;
}
const isNew = ({ page }) => until("it has reloaded", () => page.evaluate(() => !window.old));
/** The same, where the answer to what it asked may come only after the clock was moved: time goes on until it has. */
const isNewSoon = ({ page }) =>
  until("it has reloaded", async () => {
    if (await page.evaluate(() => !window.old)) return true;
    await page.clock.fastForward("00:16");
    return false;
  });

/** From now on the server seems to have another version; counts how often it was asked. */
async function deployed({ page }) {
  const asked = { times: 0 };
  await page.route("**/a/lunch?wall", async (route) => {
    if (route.request().resourceType() === "document") return route.continue();
    asked.times += 1;
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(/\/assets\/\w+\//g, "/assets/another/") });
  });
  return asked;
}

test("it reloads by itself when the server has a new version, in a quiet moment", async (t) => {
  const scene = await Scene.open(t);
  const tv = await watched(scene);
  const asked = await deployed(tv);
  await tv.page.clock.fastForward("04:45");
  await (await scene.guest("lunch").take("Bob")).vote("Ramen");
  await become("the vote is there", () => shown(tv), [["Ramen", say("votes", { n: 1 })]]);
  await tv.page.clock.fastForward("00:30");
  await until("the server was asked", () => asked.times > 0);
  // Somebody is just voting: not now.
  assert.equal(await tv.page.evaluate(() => window.old), true);
  await isNewSoon(tv);
  await live(tv);
  assert.deepEqual(await shown(tv), [["Ramen", say("votes", { n: 1 })]]);
});

test("it reloads every few hours anyway, and not before", async (t) => {
  const scene = await Scene.open(t);
  const tv = await watched(scene);
  const asked = { times: 0 };
  tv.page.on("requestfinished", (request) => (asked.times += request.resourceType() === "fetch" && request.url().endsWith("?wall")));
  await tv.page.clock.fastForward("03:30:00");
  await until("the server was asked", () => asked.times > 0);
  assert.equal(await tv.page.evaluate(() => window.old), true);
  await tv.page.clock.fastForward("00:31:00");
  await isNew(tv);
  await live(tv);
});

test("without a server it stays as it was, says so, and comes back by itself", async (t) => {
  const scene = await Scene.open(t, { cable: true });
  await (await scene.guest("lunch").take("Bob")).vote("Ramen");
  const tv = await watched(scene);
  await become("the vote is there", () => shown(tv), [["Ramen", say("votes", { n: 1 })]]);
  scene.cable.cut();
  await until("it says so", () => tv.page.locator("#wall-link[data-link=live]").count().then((n) => n === 0));
  for (let minute = 0; minute < 8; minute++) await tv.page.clock.fastForward("01:00");
  assert.equal(await tv.page.evaluate(() => window.old), true, "no reload into nothing");
  assert.deepEqual(await shown(tv), [["Ramen", say("votes", { n: 1 })]]);
  scene.cable.mend();
  await until("it is live again", async () => {
    await tv.page.clock.fastForward("00:05");
    return (await tv.page.locator("#wall-link-words").textContent()) === say("linkLive");
  });
});

test("without scripts it shows the standings, and comes anew by itself", async (t) => {
  const scene = await Scene.open(t);
  await tenPlaces(scene);
  const tv = await scene.person("laptop", { javaScriptEnabled: false });
  await tv.goto("/a/lunch?wall");
  assert.equal((await shown(tv)).length, 8);
  assert.equal(await tv.page.locator("meta[http-equiv=refresh]").getAttribute("content"), "30");
});
