// Names and places that want to be more than text, or wider than the page.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { fits } from "./fits.js";
import { place } from "./photon.js";
import { Scene } from "./scene.js";
import { until } from "./wait.js";

const IMAGE = "<img src=x onerror=hacked=1>";
const SCRIPT = "<script>hacked=1</script>";
const BREAKOUT = `"></h3><script>hacked=1</script>`;

/** Nothing ran, and nothing was made that no template and no view makes. */
async function isUnharmed(person) {
  assert.equal(await person.page.evaluate(() => window.hacked), undefined);
  assert.equal(await person.page.locator("main img, main script, main iframe").count(), 0);
}

test("markup in names and places is shown as it was typed, live and in the server's HTML", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest(SCRIPT, IMAGE);
  await bob.suggest(BREAKOUT, "{{7*7}}${7*7}");
  const rows = [[SCRIPT, "1 vote", IMAGE], [BREAKOUT, "1 vote", "{{7*7}}${7*7}"]];
  for (const person of [ann, bob]) {
    await person.sees(...rows);
    await isUnharmed(person);
  }
  await ann.vote(SCRIPT);
  await ann.noticeSays(say("withdrawn", { name: SCRIPT }));
  await isUnharmed(ann);
  const eve = await scene.person("phone", { javaScriptEnabled: false });
  await eve.goto("/a/lunch");
  assert.deepEqual(await eve.standings(), [[BREAKOUT, "1 vote", "{{7*7}}${7*7}"], [SCRIPT, "0 votes", ""]]);
  assert.equal(await eve.page.title(), `${BREAKOUT} 1 · lunch`);
  assert.equal(await eve.page.locator("main img, main script").count(), 0);
});

test("what a search finds is shown as text, too", async (t) => {
  const scene = await Scene.open(t, { places: [place(1, `Café ${SCRIPT}`, { street: IMAGE, city: BREAKOUT })] });
  const [ann, bob] = await scene.two();
  await ann.type("café");
  await ann.press(ann.suggestion(`Café ${SCRIPT}`));
  await ann.giveName("Ann");
  await bob.sees([`Café ${SCRIPT}`, "1 vote", "Ann"]);
  await bob.reads(`${IMAGE} 1, ${BREAKOUT}`);
  for (const person of [ann, bob]) await isUnharmed(person);
});

test("a script that came in all the same would be refused, and the test would fail", async (t) => {
  const scene = await Scene.open(null);
  t.after(() => scene.close());
  const ann = await (await scene.person()).enter("lunch");
  await ann.page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.hacked = 1";
    document.body.append(script);
  });
  assert.equal(await ann.page.evaluate(() => window.hacked), undefined);
  await until("the browser complains", () => ann.unexpected.length > 0);
  await assert.rejects(() => scene.close(), /a browser complained/);
});

test("names that are words of the language harm nothing", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two("constructor");
  await ann.suggest("__proto__", "__proto__");
  await bob.suggest("constructor", "toString");
  await ann.sees(["__proto__", "1 vote", "__proto__"], ["constructor", "1 vote", "toString"]);
});

test("long names, wide names and names from right to left fit 320 px, and nothing scrolls sideways", async (t) => {
  const scene = await Scene.open(t, { places: [place(1, "مطعم الشرق الأوسط للمأكولات", { street: "شارع الملك عبد العزيز", city: "القاهرة" })] });
  const narrow = { viewport: { width: 320, height: 640 } };
  const ann = await scene.person("phone", narrow);
  await ann.goto("/");
  await fits(ann, "the landing page");
  const area = "w".repeat(64);
  await ann.page.fill("#group", area);
  await fits(ann, "the landing page with a long link");
  await ann.enter(area);
  await fits(ann, "an area of 64 wide letters");
  await ann.type("W".repeat(100));
  await ann.suggestion(say("writeIn", { name: "W".repeat(100) })).waitFor();
  await fits(ann, "a suggestion of 100 wide letters");
  await ann.suggest("W".repeat(100), "W".repeat(32));
  await fits(ann, "a place of 100 wide letters");
  const people = ["محمد بن عبد الله بن عبد المطلب", "𝕎𝕚𝕕𝕖𝕎𝕚𝕕𝕖𝕎𝕚𝕕𝕖𝕎𝕚𝕕𝕖", "👩‍👩‍👧‍👦 Müller-Lüdenscheidt"];
  for (const name of people) {
    const other = await scene.person("phone", narrow);
    await other.enter(area);
    await other.type("مطعم");
    await other.press(other.suggestion("مطعم الشرق الأوسط للمأكولات"));
    await fits(other, `the form for ${name}`);
    await other.giveName(name);
    await other.standsFor("مطعم الشرق الأوسط للمأكولات");
    await fits(other, name);
  }
  await until("all voters are shown", async () => (await ann.standings())[0][1] === "3 votes");
  await fits(ann, "all together");
  await ann.vote("W".repeat(100));
  await ann.noticeSays(say("withdrawn", { name: "W".repeat(100) }));
  await fits(ann, "the notice");
  await ann.page.setViewportSize({ width: 1280, height: 800 });
  await fits(ann, "on a laptop");
  await ann.page.setViewportSize({ width: 360, height: 740 });
  await ann.page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  await fits(ann, "at twice the text size");
});

test("a name from right to left stands on its own side, and does not turn what is beside it", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("مطعم", "محمد");
  await bob.sees(["مطعم", "1 vote", "محمد"]);
  const sides = await bob.page.evaluate(() => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    const direction = (selector) => getComputedStyle(document.querySelector(selector)).direction;
    return {
      heading: direction("#rows h3"),
      voter: direction("#rows .voters bdi"),
      page: direction("#rows .row"),
      avatarFirst: box("#rows .voters .avatar").right <= box("#rows .voters bdi").left,
    };
  });
  assert.deepEqual(sides, { heading: "rtl", voter: "rtl", page: "ltr", avatarFirst: true });
});
