// The page as an app on a device: it can be installed, and without a network it shows how it last stood, says so, and for how long.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chromium } from "playwright-core";
import { say } from "../english.js";
import { LAUNCH } from "./chromium.js";
import { Deploy } from "./deploy.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

const banner = (person) => person.page.locator("#banner");
/** The banner says this, whatever the time in it. */
const says = (person, name) => {
  const [before, after] = say(name, { time: "|" }).split("|");
  return until(`the banner says ${name}`, async () => {
    const text = await banner(person).textContent();
    return text.startsWith(before) && text.endsWith(after) && /\d/.test(text);
  });
};

const hasWorker = (person) => until("a service worker has the page", () => person.page.evaluate(() => navigator.serviceWorker.controller !== null));

/** All that is kept: `["wte-frame-3f2a /assets/…"]`. */
const kept = (person) =>
  person.page.evaluate(async () => {
    const list = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const { url } of await cache.keys()) list.push(`${name} ${new URL(url).pathname}`);
    }
    return list.sort();
  });

/** Lunch is kept, with the own vote for that place. */
const keeps = (person, place) =>
  until(`the standings are kept, with ${place}`, () =>
    person.page.evaluate(async (place) => {
      const { data } = await (await caches.match("/last/lunch")).json();
      return data.votes.some(({ id }) => data.venues.find((venue) => venue.id === id).name === place);
    }, place),
  );

/** Ann has voted in lunch, over a cable that can be cut, and her browser has what it needs without a network. */
async function settled(t, { clock = false } = {}) {
  const scene = await Scene.open(t, { cable: true });
  const ann = (await scene.person("phone")).expect(BROKEN_NETWORK);
  if (clock) await ann.context.clock.install();
  await ann.enter("lunch");
  await ann.suggest("Ramen", "Ann");
  // First the first view, then what is for later, then the standings.
  if (clock) await ann.page.clock.fastForward(5_000);
  await hasWorker(ann);
  if (clock) await ann.page.clock.fastForward(5_000);
  await keeps(ann, "Ramen");
  return { scene, ann };
}

test("it can be installed: Chromium finds no fault with the manifest, its icons and its worker", async (t) => {
  const { ann } = await settled(t);
  const devtools = await ann.context.newCDPSession(ann.page);
  const { url, errors, data } = await devtools.send("Page.getAppManifest");
  assert.ok(url.endsWith("/manifest.webmanifest"));
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // A test's profile is a private one, where nothing is installed.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
  const manifest = JSON.parse(data);
  for (const { src, sizes, type } of manifest.icons) {
    const answer = await fetch(ann.base + src);
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, type], src);
    const wide = await ann.page.evaluate(async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    if (sizes !== "any") assert.equal(wide, sizes);
  }
});

test("the app has its name in the person's language", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("laptop", { locale: "de-DE" });
  await ann.goto("/");
  const manifest = await ann.page.evaluate(async () => (await fetch("/manifest.webmanifest")).json());
  assert.deepEqual([manifest.lang, manifest.short_name], ["de", "Essen"]);
});

test("without a network the page comes with the last standings, says of when they are, and goes on when the network is back", async (t) => {
  const { scene, ann } = await settled(t);
  scene.cable.cut();
  await ann.page.reload();
  await says(ann, "keptAsOf");
  await ann.sees(["Ramen", "1 vote", "Ann"]);
  await become("its title tells the outcome", () => ann.page.title(), "Ramen 1 · lunch");
  const bob = await scene.person();
  bob.base = scene.server.url;
  await bob.enter("lunch");
  await bob.suggest("Thai", "Bob");
  scene.cable.mend();
  await ann.isLive();
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
  await until("the banner is gone", () => banner(ann).isHidden());
  await ann.standsFor("Ramen");
});

test("a vote tapped on the last standings goes out when the network is back", async (t) => {
  const { scene, ann } = await settled(t);
  await ann.writeIn("Thai");
  await ann.standsFor("Thai");
  await keeps(ann, "Thai");
  scene.cable.cut();
  await ann.page.reload();
  await says(ann, "keptAsOf");
  await ann.vote("Ramen");
  await ann.reads(say("waiting"));
  scene.cable.mend();
  await ann.standsFor("Ramen");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen" });
});

test("a wall comes from the server or not at all: what stands in for a page is for hands, and does not look after itself", async (t) => {
  const { scene, ann } = await settled(t);
  await ann.goto("/a/lunch?wall");
  await until("it is a wall", () => ann.page.locator("#wall").isVisible());
  scene.cable.cut();
  await assert.rejects(ann.page.reload(), /ERR_/);
});

test("an area that this browser has not seen says that it is offline, and shows nothing", async (t) => {
  const { scene, ann } = await settled(t);
  scene.cable.cut();
  await ann.goto("/a/dinner");
  await ann.linkSays("linkOffline");
  await ann.sees();
  assert.equal(await banner(ann).textContent(), say("offlineNew"));
  assert.equal(await ann.page.locator("#outcome").textContent(), "", "nothing is being fetched");
  await ann.goto("/a/lunch");
  await ann.sees(["Ramen", "1 vote", "Ann"]);
});

test("after two hours the last standings are over, and the page says so", async (t) => {
  const { scene, ann } = await settled(t, { clock: true });
  scene.cable.cut();
  await ann.page.reload();
  await says(ann, "keptAsOf");
  await ann.page.clock.fastForward("02:01:00");
  await says(ann, "keptOver");
  await ann.sees();
  assert.ok(!(await kept(ann)).includes("wte-last /last/lunch"));
});

test("a page that is opened when they are over does not show them", async (t) => {
  const { scene, ann } = await settled(t, { clock: true });
  scene.cable.cut();
  await ann.page.clock.fastForward("02:01:00");
  // What was live until just now would be kept anew.
  await ann.linkSays("linkOffline");
  await ann.page.reload();
  await says(ann, "keptOver");
  await ann.sees();
});

test("nothing is kept but the page's own files, its frame and the last standings", async (t) => {
  const { ann } = await settled(t);
  await ann.goto("/a/dinner");
  await ann.isLive();
  await ann.goto("/");
  const odd = (await kept(ann)).filter((entry) => !/^wte-frame-(\w+) (\/|\/assets\/\1\/(js|css|lang|icons)\/.*)$|^wte-last \/last\/(lunch|dinner)$/.test(entry));
  assert.deepEqual(odd, []);
});

test("a new version is there with the next page, and an older page that is open goes on", async (t) => {
  const scene = await Scene.open(t);
  const proxy = await new Deploy(() => scene.server.port).start();
  t.after(() => proxy.close());
  const ann = await scene.person("phone");
  ann.base = proxy.url;
  await ann.enter("lunch");
  await ann.suggest("Ramen", "Ann");
  await hasWorker(ann);
  const before = await proxy.version();
  const next = await proxy.deploy();
  const tab = await scene.secondTab(ann);
  tab.base = proxy.url;
  const asked = [];
  tab.page.on("request", (request) => asked.push(request.url()));
  await tab.enter("lunch");
  assert.ok(asked.some((url) => url.includes(next)) && !asked.some((url) => url.includes(before)), "the new page, all of it");
  await until("the new worker has taken over", async () => (await kept(ann)).some((entry) => entry.startsWith(`wte-frame-${next}`)));
  await until("the old files are gone", async () => !(await kept(ann)).some((entry) => entry.includes(before)));
  // What the old page has not fetched yet, it still gets.
  assert.ok(await ann.page.evaluate(async (path) => Boolean((await import(path)).openDetour), `/assets/${before}/js/detour.js`));
  await tab.writeIn("Thai");
  await tab.standsFor("Thai");
  await ann.standsFor("Thai");
  await ann.vote("Ramen");
  await tab.standsFor("Ramen");
  await ann.page.reload();
  await ann.standsFor("Ramen");
  assert.ok((await ann.page.content()).includes(next));
});

test("on plain HTTP in an office's network there is no worker, and nothing is amiss", async (t) => {
  const scene = await Scene.open(t);
  const own = await chromium.launch({ ...LAUNCH, args: [...LAUNCH.args, "--host-resolver-rules=MAP lunch.test 127.0.0.1"] });
  t.after(() => own.close());
  // Chromium says of one of our headers that it is for TLS.
  const ann = (await scene.meet(await own.newContext())).expect(/Cross-Origin-Opener-Policy/);
  ann.base = `http://lunch.test:${scene.server.port}`;
  await ann.enter("lunch");
  assert.equal(await ann.page.evaluate(() => navigator.serviceWorker), undefined);
  await ann.suggest("Ramen", "Ann");
});
