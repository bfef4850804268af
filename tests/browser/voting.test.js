// Votes between two browsers: cast, seen, moved, taken back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

/** Two people at a phone and a laptop, whose votes are for Ramen and for Thai. */
async function divided(t) {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  await bob.suggest("Thai", "Bob");
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
  return { scene, ann, bob };
}

test("from the landing page to the first vote there are a group's name, a place and a name", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  await ann.goto("/");
  await ann.page.getByLabel(say("groupLabel")).fill("Team Berlin");
  await ann.reads("/a/team-berlin");
  await ann.press(ann.button(say("groupGo")));
  await ann.page.waitForURL("**/a/team-berlin");
  await ann.isLive();
  await ann.reads(say("emptyTitle"));
  await ann.suggest("Ramen", "Ann");
  await ann.sees(["Ramen", "1 vote", "Ann"]);
  assert.equal(await ann.page.title(), "Ramen 1 · team-berlin");
});

test("a made-up name starts a group with one tap, which is offered again later", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  await ann.goto("/");
  const idea = ann.page.locator("#group-idea button");
  const area = await idea.textContent();
  await ann.press(idea);
  await ann.isLive();
  assert.equal(await ann.page.getByRole("heading", { level: 1 }).filter({ visible: true }).textContent(), area);
  await ann.press(ann.page.getByRole("link", { name: say("product") }));
  await ann.press(ann.page.getByRole("link", { name: area }));
  await ann.isLive();
});

test("a vote appears in the other browser, with its voter", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  await bob.sees(["Ramen", "1 vote", "Ann"]);
  await bob.vote("Ramen");
  await bob.giveName("Bob");
  await bob.standsFor("Ramen");
  await ann.sees(["Ramen", "2 votes", "Ann, Bob"]);
});

test("a vote for another place moves, and the button says so before", async (t) => {
  const { ann, bob } = await divided(t);
  const other = ann.page.getByRole("button", { name: "Vote for Thai; moves it from Ramen" });
  await ann.press(other);
  await ann.standsFor("Thai");
  for (const person of [ann, bob]) await person.sees(["Thai", "2 votes", "Bob, Ann"], ["Ramen", "0 votes", ""]);
});

test("one tap takes the vote back, and another one undoes that", async (t) => {
  const { ann, bob } = await divided(t);
  await ann.press(ann.page.getByRole("button", { name: "Your vote for Ramen. Tap again to take it back" }));
  await ann.noticeSays(say("withdrawn", { name: "Ramen" }));
  // A place stays when its last vote goes.
  await bob.sees(["Thai", "1 vote", "Bob"], ["Ramen", "0 votes", ""]);
  await ann.press(ann.button(say("undo")));
  await ann.standsFor("Ramen");
  await bob.sees(["Thai", "1 vote", "Bob"], ["Ramen", "1 vote", "Ann"]);
});

test("a tie looks like a tie, and a lead like a lead", async (t) => {
  const { scene, ann } = await divided(t);
  const badges = () => ann.page.locator("#rows .badge").allTextContents();
  assert.deepEqual(await badges(), [say("tied"), say("tied")]);
  await ann.reads(say("tie", { names: ["Ramen", "Thai"], n: 1 }));
  const eve = await (await scene.person()).enter("lunch");
  await eve.vote("Thai");
  await eve.giveName("Eve");
  await become("Thai leads", badges, [say("leading"), ""]);
  await ann.reads(say("leadsNext", { name: "Thai", n: 2, next: "Ramen", m: 1 }));
});

test("a reload keeps the vote and the name", async (t) => {
  const { ann } = await divided(t);
  await ann.page.reload();
  await ann.standsFor("Ramen");
  await ann.vote("Thai");
  await ann.standsFor("Thai");
});

test("a vote whose two hours are nearly over can be kept with one tap", async (t) => {
  const scene = await Scene.open(t, { settings: { WTE__AREA__LIFETIME_SECS: "500" } });
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  const ends = async () => (await scene.server.area("lunch")).votes[0].expiresAt;
  const before = await ends();
  await ann.press(ann.button(say("keep")));
  await until("it lives for longer", async () => (await ends()) > before);
  await ann.standsFor("Ramen");
  await bob.sees(["Ramen", "1 vote", "Ann"]);
});

test("nothing jumps under a finger: rows stay while a pointer is down", async (t) => {
  const { ann, bob } = await divided(t);
  const heading = await bob.row("Ramen").locator("h3").boundingBox();
  await bob.page.mouse.move(heading.x + 5, heading.y + 5);
  await bob.page.mouse.down();
  await ann.vote("Thai");
  // The count is there, the order is not yet.
  await bob.sees(["Ramen", "0 votes", ""], ["Thai", "2 votes", "Bob, Ann"]);
  await bob.page.mouse.up();
  await bob.sees(["Thai", "2 votes", "Bob, Ann"], ["Ramen", "0 votes", ""]);
});

test("the focus stays where it was when the rows change places", async (t) => {
  const { ann, bob } = await divided(t);
  await bob.voteButton("Thai").focus();
  await bob.page.evaluate(() => {
    window.lost = 0;
    document.activeElement.addEventListener("blur", () => (window.lost += 1));
  });
  await ann.vote("Thai");
  await bob.sees(["Thai", "2 votes", "Bob, Ann"], ["Ramen", "0 votes", ""]);
  assert.equal(await bob.page.evaluate(() => document.activeElement.closest(".row").querySelector("h3").textContent), "Thai");
  assert.equal(await bob.page.evaluate(() => window.lost), 0, "not even for a moment");
});

test("who is here is counted, and a closed tab shows", async (t) => {
  const { ann, bob } = await divided(t);
  await ann.reads(say("hereNow", { n: 2 }));
  await bob.page.close();
  await ann.reads(say("hereNow", { n: 1 }));
  const away = ann.page.locator("#people-list .away");
  await until("Bob is away", async () => (await away.textContent({ timeout: 1_000 })).includes("Bob"));
  // The vote does not go with its voter's tab.
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
});
