// A real Redis behind the server: gone, empty, frozen. What the page does by itself, and what it says meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

/** Ann on a phone votes for Ramen, Bob on a laptop for Thai, over a Redis. */
async function divided(t, more) {
  const scene = await Scene.open(t, { redis: true, ...more });
  const [ann, bob] = await scene.two();
  for (const person of [ann, bob]) person.expect(BROKEN_NETWORK);
  await ann.suggest("Ramen", "Ann");
  await bob.suggest("Thai", "Bob");
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
  return { scene, ann, bob };
}

const casts = (person) => person.sent.filter(({ event }) => event === "addVote").length;

test("votes that a Redis has lost are cast again by the pages themselves, once", async (t) => {
  const { scene, ann, bob } = await divided(t);
  const [anns, bobs] = [casts(ann), casts(bob)];
  await scene.redis.kill();
  await scene.redis.start();
  await become("each page casts its vote again", () => [casts(ann), casts(bob)], [anns + 1, bobs + 1]);
  await ann.noticeSays(say("castAgain", { name: "Ramen" }));
  await ann.standsFor("Ramen");
  await bob.standsFor("Thai");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen", Bob: "Thai" });
  // Nothing more comes of it.
  await ann.suggest("Sushi");
  await until("Bob sees it", async () => (await bob.standings()).some(([place, count]) => place === "Sushi" && count === "1 vote"));
  assert.deepEqual([casts(ann), casts(bob)], [anns + 2, bobs + 1]);
});

test("a vote that was taken back is not cast again when a Redis has lost all", async (t) => {
  const { scene, ann, bob } = await divided(t);
  await bob.vote("Thai");
  await bob.noticeSays(say("withdrawn", { name: "Thai" }));
  const [anns, bobs] = [casts(ann), casts(bob)];
  await scene.redis.kill();
  await scene.redis.start();
  await become("Ann's page casts its vote again", () => casts(ann), anns + 1);
  await bob.sees(["Ramen", "1 vote", "Ann"]);
  // Whatever Bob's page does by itself, it has done when it knows of the next change.
  await ann.suggest("Sushi");
  await bob.sees(["Sushi", "1 vote", "Ann"], ["Ramen", "0 votes", ""]);
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Sushi" });
  assert.equal(casts(bob), bobs);
});

test("in the same run a vote that is missing was withdrawn, and stays away", async (t) => {
  const { scene, ann, bob } = await divided(t, { cable: true });
  const before = casts(ann);
  scene.cable.cut();
  await ann.linkSays("linkOffline");
  // The same browser, by another way: what a second tab, or a form without scripts, may have done.
  const answer = await ann.context.request.delete(`${scene.server.url}/api/areas/lunch/vote`, { headers: { origin: scene.server.url } });
  assert.equal(answer.status(), 200, await answer.text());
  scene.cable.mend();
  await ann.isLive();
  await ann.sees(["Thai", "1 vote", "Bob"], ["Ramen", "0 votes", ""]);
  await bob.isLive();
  await bob.suggest("Sushi");
  await ann.sees(["Sushi", "1 vote", "Bob"], ["Ramen", "0 votes", ""], ["Thai", "0 votes", ""]);
  assert.deepEqual(await scene.server.votes("lunch"), { Bob: "Sushi" });
  assert.equal(casts(ann), before);
});

test("while Redis is frozen the page says that it is not current, and never that a vote is saved", async (t) => {
  const { scene, ann, bob } = await divided(t);
  scene.redis.freeze();
  for (const person of [ann, bob]) await person.linkSays("linkStale");
  await ann.reads(say("stale"));
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
  await ann.vote("Thai");
  // The server's own word that it cannot save it.
  await until("the store's absence is answered", () => ann.heard.some(({ event, data }) => event === "serverError" && data.code === "storeUnavailable"));
  await become("the vote waits", () => ann.voteButton("Thai").locator("span").first().textContent(), say("waiting"));
  assert.equal(await ann.row("Thai").locator(".votes").textContent(), "1 vote");
  scene.redis.thaw();
  await ann.standsFor("Thai");
  for (const person of [ann, bob]) {
    await person.isLive();
    await person.sees(["Thai", "2 votes", "Bob, Ann"], ["Ramen", "0 votes", ""]);
    await person.readsNoMore(say("stale"));
  }
});

test("a page that is opened while Redis is away says so, and comes by itself", async (t) => {
  const { scene } = await divided(t);
  await scene.redis.kill();
  const eve = (await scene.person("phone")).expect(BROKEN_NETWORK).expect(/status of 503/);
  await eve.goto("/a/dinner");
  await eve.linkSays("linkStale");
  await eve.reads(say("staleNew"));
  await eve.readsNoMore(say("stale"));
  await scene.redis.start();
  await eve.isLive();
  await eve.reads(say("emptyTitle"));
  await eve.suggest("Sushi", "Eve");
});
