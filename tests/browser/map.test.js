// The map: what it shows, what one can do on it by finger, mouse and keyboard, and that all else works where it does not come.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { place } from "./photon.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

const DELI = { id: "node/1", name: "Momo’s Deli", location: { lat: 52.53, lng: 13.4, address: "Torstraße 101" }, categories: [{ name: "Delicatessen" }] };
const RAMEN = { id: "node/2", name: "Ramen Ya", location: { lat: 52.522, lng: 13.41 } };
const FOUND = [place(14, "Kingyo", { at: [13.404, 52.526] })];

/** A town's map with three votes for the deli, one for ramen, and one for a truck that is nowhere. */
async function town(t, more = {}) {
  const scene = await Scene.open(t, { map: true, places: FOUND, ...more });
  for (const [name, choice] of [["Bob", DELI], ["Cleo", DELI], ["Dmitri", DELI], ["Émile", RAMEN], ["Fay", "Bob’s Truck"]]) {
    await (await scene.guest("lunch").take(name)).vote(choice);
  }
  return scene;
}

const openMap = (person) => person.press(person.page.locator("#map-tab"));
const spot = ({ page }, name, votes, mine = false) => page.getByRole("button", { name: say(mine ? "spotMine" : "spot", { name, n: votes }), exact: true });
const cardOf = ({ page }, name) => page.getByRole("dialog", { name });
const width = async (spot) => (await spot.locator(".spot-disc").boundingBox()).width;

/** Somebody with the map open, all of its places drawn. */
async function atMap(scene, device, more) {
  const person = await (await scene.person(device, { reducedMotion: "reduce", ...more })).enter("lunch");
  await openMap(person);
  await spot(person, "Momo’s Deli", 3).waitFor();
  return person;
}

for (const device of ["phone", "laptop"]) {
  test(`places stand where they are, as large as their votes, and one votes on the map, on a ${device}`, async (t) => {
    const scene = await town(t);
    const ann = await atMap(scene, device);
    assert.ok((await width(spot(ann, "Momo’s Deli", 3))) > 1.4 * (await width(spot(ann, "Ramen Ya", 1))), "three votes are more to see than one");
    await ann.reads(say("mapMissing", { n: 1 }));
    await ann.press(spot(ann, "Ramen Ya", 1));
    const card = cardOf(ann, "Ramen Ya");
    await card.getByText("Émile").waitFor();
    await ann.press(card.locator(".vote"));
    // The name is asked here, and nowhere else.
    await card.locator("#name").waitFor();
    assert.equal(await ann.nameForm.count(), 1);
    await ann.giveName("Ann");
    await spot(ann, "Ramen Ya", 2, true).waitFor();
    await become("the card says so", () => card.locator(".vote span").first().textContent(), say("yourVote"));
    assert.equal((await scene.server.votes("lunch")).Ann, "Ramen Ya");
    // Somebody else's vote is seen at once, on the map and in the open card.
    await (await scene.guest("lunch").take("Gus")).vote(RAMEN);
    await spot(ann, "Ramen Ya", 3, true).waitFor();
    await card.getByText("Gus").waitFor();
    await ann.press(card.locator(".vote"));
    await spot(ann, "Ramen Ya", 2).waitFor();
  });
}

test("nobody else is asked for anything before the map is opened, and then the origin is all they hear", async (t) => {
  const scene = await town(t);
  const ann = await (await scene.person("phone")).enter("lunch");
  await ann.row("Momo’s Deli").waitFor();
  assert.deepEqual(scene.maphost.asked, []);
  await openMap(ann);
  await ann.reads(new RegExp(`come from 127\\.0\\.0\\.1:${scene.maphost.port}`));
  await until("tiles were asked for", () => scene.maphost.asked.filter(({ path }) => path.startsWith("/tiles/")).length > 3);
  for (const { path, referer } of scene.maphost.asked) {
    assert.equal(referer, path.startsWith("/tiles/") ? `${scene.server.url}/` : undefined, path);
  }
  await ann.page.getByRole("link", { name: "© OpenStreetMap contributors" }).waitFor();
});

test("all of it by keyboard: from place to place, a vote, and back", async (t) => {
  const scene = await town(t);
  const ann = await (await scene.person()).enter("lunch");
  const { keyboard } = ann.page;
  const focused = () => ann.page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent);
  await ann.page.locator("#map-tab").focus();
  await keyboard.press("Enter");
  await spot(ann, "Momo’s Deli", 3).waitFor();
  const walked = [];
  while (walked.length < 5) {
    await keyboard.press("Tab");
    walked.push((await focused()).trim());
  }
  assert.deepEqual(walked, [say("talk"), say("mapSearch"), say("mapCanvas"), say("spot", { name: "Momo’s Deli", n: 3 }), say("spot", { name: "Ramen Ya", n: 1 })]);
  await keyboard.press("Enter");
  await become("the card has the focus", focused, "Ramen Ya");
  await keyboard.press("Escape");
  await become("the place has it again", focused, say("spot", { name: "Ramen Ya", n: 1 }));
  await keyboard.press("Enter");
  await become("the card has the focus", focused, "Ramen Ya");
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await become("the name is asked", () => ann.page.evaluate(() => document.activeElement.id), "name");
  await keyboard.type("Ann");
  await keyboard.press("Enter");
  await spot(ann, "Ramen Ya", 2, true).waitFor();
});

test("the arrow keys move the map", async (t) => {
  const scene = await town(t);
  const ann = await atMap(scene, "laptop");
  const left = async () => (await spot(ann, "Momo’s Deli", 3).boundingBox()).x;
  const before = await left();
  await ann.page.locator(".map-canvas").focus();
  await ann.page.keyboard.press("ArrowRight");
  await until("the places have moved", async () => (await left()) < before - 20);
});

test("a search around the map's middle puts pins there, and one of them can be voted for", async (t) => {
  const scene = await town(t);
  const ann = await atMap(scene, "laptop");
  const asked = [];
  ann.page.on("request", (request) => request.url().includes("/api/venues") && asked.push(new URL(request.url()).searchParams));
  const box = await ann.page.locator(".map-canvas").boundingBox();
  await ann.page.mouse.move(box.x + 40, box.y + 80);
  await ann.page.mouse.down();
  await ann.page.mouse.move(box.x + 140, box.y + 110, { steps: 5 });
  await ann.page.mouse.up();
  await ann.button(say("mapSearchArea")).click();
  const pin = ann.page.getByRole("button", { name: say("pin", { name: "Kingyo" }) });
  await pin.waitFor();
  await ann.reads(say("mapFound", { n: 1 }));
  assert.match(asked[0].get("ll"), /^52\.5\d\d,13\.[34]\d\d$/);
  assert.equal(asked[0].get("query"), null, "nothing in particular: anything to eat");
  // The box below looks there, too, from now on.
  await ann.reads(say("whereMap"));
  await pin.click();
  await cardOf(ann, "Kingyo").locator(".vote").click();
  await ann.giveName("Ann");
  await spot(ann, "Kingyo", 1, true).waitFor();
  assert.equal(await pin.count(), 0, "it is a place of the area now");
});

test("what the box finds is on the map, too", async (t) => {
  const scene = await town(t);
  const ann = await atMap(scene, "laptop");
  await ann.type("king");
  await ann.suggestion("Kingyo").waitFor();
  await ann.page.getByRole("button", { name: say("pin", { name: "Kingyo" }) }).waitFor();
});

test("new votes do not move the map under a finger", async (t) => {
  const scene = await town(t);
  const ann = await atMap(scene, "phone");
  const before = await spot(ann, "Momo’s Deli", 3).boundingBox();
  await (await scene.guest("lunch").take("Gus")).vote({ id: "node/9", name: "Far Away", location: { lat: 48.1, lng: 11.6 } });
  await become("it is counted", () => ann.page.locator(".spot").count(), 3);
  const after = await spot(ann, "Momo’s Deli", 3).boundingBox();
  assert.deepEqual([after.x, after.y], [before.x, before.y]);
});

test("Back closes the card, then the map", async (t) => {
  const scene = await town(t);
  const ann = await atMap(scene, "phone");
  await ann.press(spot(ann, "Ramen Ya", 1));
  await cardOf(ann, "Ramen Ya").waitFor();
  await ann.page.goBack();
  await cardOf(ann, "Ramen Ya").waitFor({ state: "hidden" });
  assert.equal(await ann.page.locator(".map-canvas").isVisible(), true);
  await ann.page.goBack();
  await ann.row("Ramen Ya").waitFor();
  assert.equal(await ann.page.locator(".map-canvas").isVisible(), false);
});

test("a script that is not the one that was meant does not run: a sentence, and all else works", async (t) => {
  const other = Buffer.alloc(48, 7).toString("base64");
  const scene = await town(t, { settings: { WTE__MAP__SCRIPT_INTEGRITY: `sha384-${other}` } });
  const ann = (await scene.person("laptop")).expect(/integrity/);
  await ann.enter("lunch");
  await openMap(ann);
  await ann.reads(say("mapFailed"));
  await ann.suggest("Curry House", "Ann");
});

test("where Leaflet does not come it is said, and Try again helps once it does", async (t) => {
  const scene = await town(t);
  scene.maphost.leaflet = false;
  const ann = (await scene.person("phone")).expect(/status of 404/);
  await ann.enter("lunch");
  await openMap(ann);
  await ann.reads(say("mapFailed"));
  scene.maphost.leaflet = true;
  await ann.press(ann.button(say("panelAgain")));
  await spot(ann, "Momo’s Deli", 3).waitFor();
});

test("without tiles it is said, places stand and votes count; with them again it goes on", async (t) => {
  const scene = await town(t);
  scene.maphost.tiles = false;
  const ann = (await scene.person("phone", { reducedMotion: "reduce" })).expect(/status of 404/);
  await ann.enter("lunch");
  await openMap(ann);
  await ann.reads(say("mapNoTiles"));
  await ann.press(spot(ann, "Ramen Ya", 1));
  await ann.press(cardOf(ann, "Ramen Ya").locator(".vote"));
  await ann.giveName("Ann");
  await spot(ann, "Ramen Ya", 2, true).waitFor();
  await ann.page.keyboard.press("Escape");
  scene.maphost.tiles = true;
  await ann.press(ann.button(say("panelAgain")));
  await ann.readsNoMore(say("mapNoTiles"));
});

test("an empty area's map begins where the server looks, and invites", async (t) => {
  const scene = await Scene.open(t, { map: true, places: FOUND, settings: { WTE__VENUES__CENTER: "52.52,13.40" } });
  const ann = await (await scene.person("phone", { reducedMotion: "reduce" })).enter("lunch");
  await openMap(ann);
  await ann.reads(say("mapEmpty"));
  await until("it shows Berlin", () => scene.maphost.asked.some(({ path }) => path.startsWith("/tiles/14/8801/")));
  await ann.press(ann.button(say("mapSearch")));
  await ann.page.getByRole("button", { name: say("pin", { name: "Kingyo" }) }).waitFor();
});

test("without its settings there is no map, nor a tab for it", async (t) => {
  const scene = await Scene.open(t);
  const ann = await (await scene.person("phone")).enter("lunch");
  assert.equal(await ann.page.locator("#map-tab, #map-panel").count(), 0);
});
