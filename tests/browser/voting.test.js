// Votes between two browsers: cast, seen, moved, taken back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
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

test("a double click is one vote, not a vote and its withdrawal", async (t) => {
  const { ann, bob } = await divided(t);
  /** The row moves with the vote: the button is where it is then. */
  const click = async (clickCount) => {
    const { x, y } = await ann.voteButton("Thai").boundingBox();
    await ann.page.mouse.move(x + 20, y + 20);
    await ann.page.mouse.down({ clickCount });
    await ann.page.mouse.up({ clickCount });
  };
  await click(1);
  await ann.standsFor("Thai");
  await click(2);
  // What it had sent would have been sent before this.
  await ann.vote("Ramen");
  await bob.sees(["Thai", "1 vote", "Bob"], ["Ramen", "1 vote", "Ann"]);
  assert.deepEqual(ann.sent.filter(({ event }) => event === "removeVote"), []);
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

test("who looks on without a name reads that nobody with one is here", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.reads(say("hereNone"));
  await bob.suggest("Ramen", "Bob");
  await ann.reads(say("hereNow", { n: 1 }));
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

test("one's own row says until when the vote holds, and that another one moves it", async (t) => {
  const { ann, bob } = await divided(t);
  const until = (person, place) => person.row(place).locator(".until").textContent();
  const at = (await ann.page.locator("#empties").textContent()).match(/\d.*$/)[0];
  await become("it does", () => until(ann, "Ramen"), `${say("until", { time: at })} ${say("moves")}`);
  assert.deepEqual([await until(ann, "Thai"), await until(bob, "Ramen")], ["", ""]);
});

test("a vote taken back is cast again by the keyboard; the notice waits, and the focus goes back to where it was", async (t) => {
  const { ann, bob } = await divided(t);
  const { keyboard } = bob.page;
  await bob.page.clock.install();
  await bob.voteButton("Thai").focus();
  await keyboard.press("Enter");
  const undo = bob.button(say("undo"));
  await undo.focus();
  // Twenty seconds are the time of a notice that nobody is at.
  await bob.page.clock.fastForward("01:00");
  assert.equal(await undo.isVisible(), true);
  await keyboard.press("Enter");
  await bob.standsFor("Thai");
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
  assert.equal(await bob.page.evaluate(() => document.activeElement.closest(".row")?.querySelector("h3").textContent), "Thai");
});

test("a vote taken back is cast again after the connection was lost and is back", async (t) => {
  const scene = await Scene.open(t, { cable: true });
  const ann = (await scene.person("phone")).expect(BROKEN_NETWORK);
  await ann.enter("lunch");
  await ann.suggest("Ramen", "Ann");
  await ann.vote("Ramen");
  await ann.noticeSays(say("withdrawn", { name: "Ramen" }));
  scene.cable.cut();
  await ann.linkSays("linkOffline");
  await ann.press(ann.button(say("undo")));
  await ann.reads(say("waiting"));
  scene.cable.mend();
  await ann.standsFor("Ramen");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen" });
});

test("of many voters the first few are shown, the rest is a tap away, and the focus goes along", async (t) => {
  const scene = await Scene.open(t);
  for (let i = 1; i <= 12; i++) await (await scene.guest("lunch").take(`Guest ${i}`)).vote("Ramen");
  const bob = await (await scene.person("laptop")).enter("lunch");
  const voters = () => bob.row("Ramen").locator(".voters bdi").count();
  await become("eight are shown", voters, 8);
  await bob.row("Ramen").getByRole("button", { name: say("andMore", { n: 4 }) }).focus();
  await bob.page.keyboard.press("Enter");
  await become("all are shown", voters, 12);
  assert.equal(await bob.page.evaluate(() => document.activeElement.textContent), "G9Guest 9");
  await (await scene.guest("lunch").take("Guest 13")).vote("Ramen");
  await become("who comes later, too", voters, 13);
});
