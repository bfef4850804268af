// The activity, as another person reads it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { Scene } from "./scene.js";
import { become } from "./wait.js";

const lines = (person) => person.page.locator("#activity-box li p").allTextContents();
const tells = (person, ...wanted) => become("the activity is so", () => lines(person), wanted);

test("what one does the other reads, newest first, each with its time", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  await tells(bob, "Ann voted for Ramen.", "Ann joined.");
  await ann.suggest("Thai");
  await ann.vote("Thai");
  await ann.noticeSays(say("withdrawn", { name: "Thai" }));
  await tells(bob, "Ann took back the vote for Thai.", "Ann moved from Ramen to Thai.", "Ann voted for Ramen.", "Ann joined.");
  const times = await bob.page.locator("#activity-box time").evaluateAll((all) => all.map((time) => [time.textContent, Number.isFinite(Date.parse(time.dateTime))]));
  assert.deepEqual(times, times.map(() => [say("justNow"), true]));
});

test("who comes later reads what was before, from the state alone", async (t) => {
  const scene = await Scene.open(t);
  await (await scene.guest("lunch").take("Ann")).vote("Ramen");
  const bob = await (await scene.person("laptop")).enter("lunch");
  await tells(bob, "Ann voted for Ramen.", "Ann joined.");
});

test("after a lost connection nothing doubles, and what was missed is there", async (t) => {
  const scene = await Scene.open(t, { cable: true });
  const bob = await (await scene.person("laptop")).enter("lunch");
  bob.expect(/net::ERR_|WebSocket/);
  const ann = await scene.guest("lunch").take("Ann");
  await ann.vote("Ramen");
  await tells(bob, "Ann voted for Ramen.", "Ann joined.");
  scene.cable.cut();
  await bob.linkSays("linkOffline");
  await ann.vote("Thai");
  scene.cable.mend();
  await bob.isLive();
  await tells(bob, "Ann moved from Ramen to Thai.", "Ann voted for Ramen.", "Ann joined.");
});

test("a reload tells who came and went before", async (t) => {
  const scene = await Scene.open(t);
  const bob = await (await scene.person("laptop")).enter("lunch");
  const ann = await scene.guest("lunch").take("Ann");
  await ann.vote("Ramen");
  await ann.vote("Thai");
  await ann.leave();
  const all = ["Ann left.", "Ann moved from Ramen to Thai.", "Ann voted for Ramen.", "Ann joined."];
  await tells(bob, ...all);
  await bob.page.reload();
  await tells(bob, ...all);
});

test("a long list shows its newest lines, the rest is a tap away, and the focus goes along", async (t) => {
  const scene = await Scene.open(t);
  for (let i = 1; i <= 14; i++) await scene.guest("lunch").take(`Guest ${i}`);
  const bob = await (await scene.person("laptop")).enter("lunch");
  await become("ten lines", async () => (await lines(bob)).length, 10);
  await bob.button(say("activityAll", { n: 14 })).focus();
  await bob.page.keyboard.press("Enter");
  await become("all lines", async () => (await lines(bob)).length, 14);
  assert.equal(await bob.page.evaluate(() => document.activeElement.textContent.includes("Guest 4 ")), true);
});
