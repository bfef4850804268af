// The panels beside the standings: a tab of a phone, a column of a laptop; Back; and what happens where one cannot be loaded.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

const tab = (person, name) => person.page.locator(`#${name}-tab`);
const panel = (person) => person.page.locator("#activity-panel");
const open = (person) => person.press(tab(person, "activity"));
const pressed = (person) => person.page.locator('.tab[aria-pressed="true"]').allTextContents();

/** What of the area is to be seen. */
const shown = (person) =>
  person.page.evaluate(() => [".standings", "#add", "#people", "#activity-panel"].filter((each) => document.querySelector(each).checkVisibility()));

const STANDINGS = [".standings", "#add", "#people"];

test("on a phone a panel takes the place of the standings, and its tab leads back", async (t) => {
  const scene = await Scene.open(t);
  const [ann] = await scene.two();
  assert.deepEqual(await shown(ann), STANDINGS);
  await open(ann);
  await ann.reads(say("activityNone"));
  assert.deepEqual([await shown(ann), await pressed(ann)], [["#activity-panel"], [say("activity")]]);
  await ann.press(tab(ann, "standings"));
  await become("the standings are back", () => shown(ann), STANDINGS);
  assert.deepEqual(await pressed(ann), [say("standings")]);
});

test("on a laptop the activity is there beside the standings, without a tab", async (t) => {
  const scene = await Scene.open(t);
  const bob = await (await scene.person("laptop")).enter("lunch");
  await bob.reads(say("activityNone"));
  assert.deepEqual(await shown(bob), [...STANDINGS, "#activity-panel"]);
  assert.equal(await tab(bob, "activity").isVisible(), false);
});

test("Back closes the panel first, and leaves then", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  await ann.goto("/");
  await ann.enter("lunch");
  await open(ann);
  await ann.page.goBack();
  await become("the standings are back", () => shown(ann), STANDINGS);
  assert.match(ann.page.url(), /\/a\/lunch$/);
  await ann.page.goBack();
  await ann.reads(say("landingTitle"));
});

test("a panel that its tab closed is no step for Back", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  await ann.goto("/");
  await ann.enter("lunch");
  await open(ann);
  await ann.press(tab(ann, "standings"));
  await become("the standings are back", () => shown(ann), STANDINGS);
  await until("the step of the panel is undone", () => ann.page.evaluate(() => !history.state));
  await ann.page.goBack();
  await ann.reads(say("landingTitle"));
});

test("Back closes a panel that was opened after a reload, or after a step forward, too", async (t) => {
  const scene = await Scene.open(t);
  const ann = await (await scene.person("phone")).enter("lunch");
  await open(ann);
  await ann.page.reload();
  await ann.isLive();
  await open(ann);
  await ann.page.goBack();
  await become("the standings are back", () => shown(ann), STANDINGS);
  await ann.page.goForward();
  await open(ann);
  await become("the panel is there", () => shown(ann), ["#activity-panel"]);
  await ann.page.goBack();
  await become("the standings are back", () => shown(ann), STANDINGS);
});

test("another area begins with its standings", async (t) => {
  const scene = await Scene.open(t);
  const ann = await (await scene.person("phone")).enter("lunch");
  await open(ann);
  await ann.page.evaluate(() => (location.hash = "dinner"));
  await ann.reads("dinner");
  await become("the standings are there", () => shown(ann), STANDINGS);
});

for (const missing of ["**/js/views/activity.js", "**/css/activity.css"]) {
  test(`a panel that cannot be loaded says so, and can be tried again; the standings go on (${missing})`, async (t) => {
    const scene = await Scene.open(t);
    const [ann, bob] = await scene.two();
    ann.expect(BROKEN_NETWORK);
    await ann.page.route(missing, (route) => route.abort());
    await open(ann);
    await ann.reads(say("panelFailed"));
    await bob.suggest("Ramen", "Bob");
    await ann.press(tab(ann, "standings"));
    await ann.sees(["Ramen", "1 vote", "Bob"]);
    await open(ann);
    await ann.page.unroute(missing);
    await ann.press(ann.button(say("panelAgain")));
    await until("the activity is there", async () => (await panel(ann).locator("li").count()) > 0);
  });
}

test("with the keyboard alone the focus is never lost between panels", async (t) => {
  const scene = await Scene.open(t);
  const ann = await (await scene.person("phone")).enter("lunch");
  ann.expect(BROKEN_NETWORK);
  await ann.page.route("**/js/views/activity.js", (route) => route.abort());
  await tab(ann, "activity").focus();
  await ann.page.keyboard.press("Enter");
  await ann.button(say("panelAgain")).waitFor();
  await ann.page.keyboard.press("Tab");
  assert.equal(await ann.page.evaluate(() => document.activeElement.id), "talk-tab");
  await ann.page.keyboard.press("Tab");
  assert.equal(await ann.page.evaluate(() => document.activeElement.textContent), say("panelAgain"));
  await ann.page.goBack();
  await become("the focus is on the tab", () => ann.page.evaluate(() => document.activeElement.id), "standings-tab");
});

test("under many places a button leads to the box for another one, while that is below the screen", async (t) => {
  const scene = await Scene.open(t);
  for (let i = 1; i <= 12; i += 1) await (await scene.guest("lunch").take(`Colleague ${i}`)).vote(`Place ${i}`);
  const bob = await (await scene.person("phone")).enter("lunch");
  const way = bob.page.locator("#to-add");
  await way.waitFor();
  await bob.press(tab(bob, "activity"));
  await way.waitFor({ state: "hidden" });
  await bob.press(tab(bob, "standings"));
  await bob.press(way);
  await way.waitFor({ state: "hidden" });
  assert.equal(await bob.page.evaluate(() => document.activeElement.id), "find");
  await bob.page.evaluate(() => scrollTo(0, 0));
  await way.waitFor();
  const cleo = await (await scene.person("laptop")).enter("lunch");
  await cleo.row("Place 12").waitFor();
  await become("there the box is in sight", () => cleo.page.locator("#to-add").isVisible(), false);
});

/** Holds up the answers to what matches; `let go` hands them out. */
async function heldUp(person, what) {
  const held = [];
  await person.page.clock.install();
  await person.page.route(what, (route) => void held.push(route));
  return { any: () => until("it was asked for", () => held.length > 0), letGo: () => Promise.all(held.map((route) => route.continue())) };
}

test("a panel whose network never answers is given up on", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  const held = await heldUp(ann, "**/views/activity.js");
  await ann.enter("lunch");
  await open(ann);
  await held.any();
  await ann.reads(say("panelLoading"));
  await ann.page.clock.runFor(16_000);
  await ann.reads(say("panelFailed"));
  await held.letGo();
  await ann.press(ann.button(say("panelAgain")));
  await ann.reads(say("activityNone"));
});

test("a dialog whose network never answers is given up on, and stays away when it comes too late", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  const held = await heldUp(ann, "**/views/share.js");
  await ann.enter("lunch");
  await ann.press(ann.button(say("share")));
  await held.any();
  await ann.page.clock.runFor(16_000);
  await ann.noticeSays(say("shareFailed", { link: `${scene.server.url}/a/lunch` }));
  await held.letGo();
  await ann.press(ann.button(say("share")));
  await ann.page.locator("dialog").waitFor();
  assert.equal(await ann.page.locator("dialog").count(), 1);
});
