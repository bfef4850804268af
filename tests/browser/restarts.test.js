// The server ends and comes back while pages are open. The pages come back by themselves, with the name and the vote.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";

/** Ann on a phone votes for Ramen, Bob on a laptop for Thai; both pages stay open. */
async function divided(t) {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  for (const person of [ann, bob]) person.expect(BROKEN_NETWORK);
  await ann.suggest("Ramen", "Ann");
  await bob.suggest("Thai", "Bob");
  return { scene, ann, bob };
}

/** Both pages are live again, and acts go through. */
async function goOn(scene, ann, bob) {
  for (const person of [ann, bob]) await person.isLive();
  await ann.standsFor("Ramen");
  await bob.standsFor("Thai");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen", Bob: "Thai" });
  await bob.vote("Ramen");
  await ann.sees(["Ramen", "2 votes", "Ann, Bob"], ["Thai", "0 votes", ""]);
}

test("a vote survives kill -9, and the page comes back by itself", async (t) => {
  const { scene, ann, bob } = await divided(t);
  await scene.server.kill();
  for (const person of [ann, bob]) await person.linkSays("linkOffline");
  // What was there is still to be read, and marked as old.
  await ann.reads(say("offline"));
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
  await scene.server.start();
  await goOn(scene, ann, bob);
  await ann.readsNoMore(say("offline"));
});

test("a vote that was tapped while the server was away is sent when it is back", async (t) => {
  const { scene, ann, bob } = await divided(t);
  await scene.server.kill();
  await ann.linkSays("linkOffline");
  await ann.vote("Thai");
  await ann.reads(say("waiting"));
  await scene.server.start();
  await ann.standsFor("Thai");
  await bob.sees(["Thai", "2 votes", "Bob, Ann"], ["Ramen", "0 votes", ""]);
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Thai", Bob: "Thai" });
});

test("a deploy is a blink: after SIGTERM the pages come back with nothing lost", async (t) => {
  const { scene, ann, bob } = await divided(t);
  const exit = await scene.server.stop();
  assert.equal(exit, 0, "it ended in order");
  for (const person of [ann, bob]) assert.ok(person.heard.some(({ event }) => event === "bye"), "it said goodbye");
  await scene.server.start();
  await goOn(scene, ann, bob);
});

test("a page that was opened while the server was away finds it later", async (t) => {
  const { scene, bob } = await divided(t);
  const eve = (await scene.person("phone")).expect(BROKEN_NETWORK);
  await eve.enter("lunch");
  await scene.server.kill();
  await eve.page.evaluate(() => (location.hash = "dinner"));
  await eve.linkSays("linkOffline");
  await scene.server.start();
  await eve.isLive();
  await eve.reads(say("emptyTitle"));
  await bob.isLive();
});
