// Pages that lose the network, sleep, or sit on a connection that is dead and does not say so.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { until } from "./wait.js";

/** Ann votes for Ramen over a cable that can be cut; Bob watches the server without it. */
async function connected(t, settings) {
  const scene = await Scene.open(t, { cable: true, settings });
  const ann = (await scene.person("phone")).expect(BROKEN_NETWORK);
  await ann.enter("lunch");
  await ann.suggest("Ramen", "Ann");
  return { scene, ann };
}

/** The page has told that the vote is over: it has ended, or, a moment later, the whole area has. */
const isOver = (person) =>
  until("the end is told", async () => [say("expired"), say("clearedAll")].includes(await person.notice.locator("p").textContent({ timeout: 1_000 })));

const casts = (person) => person.sent.filter(({ event }) => event === "addVote");

test("offline is said, and what is known stays readable", async (t) => {
  const { ann } = await connected(t);
  await ann.context.setOffline(true);
  await ann.linkSays("linkOffline");
  await ann.reads(say("offline"));
  await ann.sees(["Ramen", "1 vote", "Ann"]);
  await ann.context.setOffline(false);
  await ann.isLive();
  await ann.readsNoMore(say("offline"));
  await ann.standsFor("Ramen");
});

test("how many decide is not told while it is not known", async (t) => {
  const { scene, ann } = await connected(t);
  const count = () => ann.page.locator("#live-count").textContent();
  for (const device of ["phone", "laptop"]) {
    const other = await scene.person(device);
    other.base = scene.server.url;
    await other.enter("lunch");
  }
  await ann.goto("/");
  await until("the count is there", async () => (await count()) === say("liveCount", { n: 2 }));
  scene.cable.cut();
  await until("the count is gone", async () => (await count()) === "");
});

test("a vote tapped while offline is sent when the network is back, once", async (t) => {
  const { scene, ann } = await connected(t);
  await ann.writeIn("Thai");
  await ann.standsFor("Thai");
  scene.cable.cut();
  await ann.linkSays("linkOffline");
  await ann.vote("Ramen");
  await ann.reads(say("waiting"));
  const before = casts(ann).length;
  scene.cable.mend();
  await ann.standsFor("Ramen");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen" });
  assert.equal(casts(ann).length, before + 1);
});

test("of several taps while offline the last one counts", async (t) => {
  const { scene, ann } = await connected(t);
  await ann.writeIn("Thai");
  await ann.standsFor("Thai");
  await ann.writeIn("Sushi");
  await ann.standsFor("Sushi");
  scene.cable.cut();
  await ann.linkSays("linkOffline");
  await ann.vote("Ramen");
  await ann.vote("Thai");
  scene.cable.mend();
  await ann.standsFor("Thai");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Thai" });
});

test("a vote that waited for two minutes asks before it is sent", async (t) => {
  const scene = await Scene.open(t, { cable: true });
  const ann = (await scene.person("phone")).expect(BROKEN_NETWORK);
  await ann.page.clock.install();
  await ann.enter("lunch");
  await ann.suggest("Ramen", "Ann");
  await ann.writeIn("Thai");
  await ann.standsFor("Thai");
  scene.cable.cut();
  await ann.vote("Ramen");
  await ann.page.clock.fastForward("03:00");
  await ann.reads(say("waitingLong", { name: "Ramen" }));
  const before = casts(ann).length;
  scene.cable.mend();
  await ann.isLive();
  assert.equal(casts(ann).length, before, "nothing was sent without asking");
  await ann.press(ann.button(say("sendNow")));
  await ann.standsFor("Ramen");
});

test("a vote whose page was closed before it could be sent goes out with the next page", async (t) => {
  const { scene, ann } = await connected(t);
  await ann.writeIn("Thai");
  await ann.standsFor("Thai");
  scene.cable.cut();
  await ann.linkSays("linkOffline");
  await ann.vote("Ramen");
  await ann.reads(say("waiting"));
  scene.cable.mend();
  await ann.page.reload();
  await ann.standsFor("Ramen");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen" });
});

test("a connection that is dead and does not say so is found when the page is looked at again", async (t) => {
  const { scene, ann } = await connected(t);
  scene.cable.clog();
  const bob = await scene.person();
  bob.base = scene.server.url;
  await bob.enter("lunch");
  await bob.suggest("Thai", "Bob");
  await ann.page.evaluate(() => dispatchEvent(new Event("pageshow")));
  await until("the page doubts", async () => (await ann.page.locator("#link-words").textContent()) !== say("linkLive"));
  scene.cable.mend();
  await ann.isLive();
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
});

test("a vote is not called saved before the server has said so", async (t) => {
  const { scene, ann } = await connected(t);
  await ann.writeIn("Thai");
  await ann.standsFor("Thai");
  await ann.voteButton("Ramen").evaluate((button) => {
    window.said = [];
    const look = () => window.said.push(button.querySelector("span").textContent);
    new MutationObserver(look).observe(button, { subtree: true, childList: true, characterData: true });
  });
  scene.cable.clog();
  await ann.vote("Ramen");
  // The store has it. The page does not know that.
  await until("the server has the vote", async () => (await scene.server.votes("lunch")).Ann === "Ramen");
  // The server can be quicker than the page's next frame, in which the button is drawn.
  await until("the button says something new", () => ann.page.evaluate(() => window.said.length > 0));
  assert.deepEqual(await ann.page.evaluate(() => [...new Set(window.said)]), [say("saving")]);
  assert.notEqual(await ann.page.locator("#said").textContent(), say("voted", { name: "Ramen" }));
  scene.cable.mend();
  await ann.standsFor("Ramen");
});

test("a page asleep for longer than the lifetime raises nothing from the dead", async (t) => {
  // Six seconds for what takes two hours.
  const { scene, ann } = await connected(t, { WTE__AREA__LIFETIME_SECS: "6", WTE__SWEEP__EVERY_SECS: "1" });
  const asleep = await ann.context.newCDPSession(ann.page);
  await asleep.send("Page.setWebLifecycleState", { state: "frozen" });
  scene.cable.cut();
  await until("the vote has expired", async () => Object.keys(await scene.server.votes("lunch")).length === 0);
  const before = casts(ann).length;
  scene.cable.mend();
  await asleep.send("Page.setWebLifecycleState", { state: "active" });
  await ann.isLive();
  await isOver(ann);
  assert.deepEqual(await scene.server.votes("lunch"), {});
  // What the page does by itself after its return, it has done when the next act goes out.
  await ann.writeIn("Thai");
  await ann.giveName("Ann");
  await until("the next vote goes out", () => casts(ann).length > before);
  assert.deepEqual(casts(ann).slice(before).map(({ data }) => data.fs.name), ["Thai"]);
});

test("a vote that ends while one looks on says so, and can be cast again", async (t) => {
  const { ann } = await connected(t, { WTE__AREA__LIFETIME_SECS: "6", WTE__SWEEP__EVERY_SECS: "1" });
  await isOver(ann);
  await ann.reads(say("emptyTitle"));
  await ann.writeIn("Ramen");
  await ann.giveName("Ann");
  await ann.standsFor("Ramen");
});
