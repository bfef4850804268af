// Names: asked at the first act, held by one browser, free again after leaving.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { Scene } from "./scene.js";
import { become } from "./wait.js";

/** Ann has a vote for Ramen; Bob looks on. */
async function begun(t) {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  await bob.sees(["Ramen", "1 vote", "Ann"]);
  return { scene, ann, bob };
}

const names = (person) => person.page.locator("#people-list bdi").allTextContents();

test("one can look before one says who one is", async (t) => {
  const { ann, bob } = await begun(t);
  assert.equal(await bob.nameForm.count(), 0);
  assert.deepEqual(await names(bob), ["Ann"]);
  await ann.press(ann.voteButton("Ramen"));
  await bob.sees(["Ramen", "0 votes", ""]);
  assert.deepEqual(await names(ann), ["Ann"], "the looker has no name that could be shown");
});

test("a name that another browser holds is refused, and a free one is one tap away", async (t) => {
  const { ann, bob } = await begun(t);
  await bob.vote("Ramen");
  await bob.giveName("ANN");
  await bob.reads("Somebody else has that name.");
  const offer = bob.nameForm.getByRole("button", { name: /^Take “/ });
  const free = /“(.*)”/.exec(await offer.textContent())[1];
  await bob.press(offer);
  await bob.standsFor("Ramen");
  await ann.sees(["Ramen", "2 votes", `Ann, ${free}`]);
});

test("a second tab of the same browser is the same person", async (t) => {
  const { scene, ann, bob } = await begun(t);
  const tab = await scene.secondTab(ann);
  await tab.enter("lunch");
  await tab.standsFor("Ramen");
  await tab.suggest("Thai");
  await ann.standsFor("Thai");
  await bob.sees(["Thai", "1 vote", "Ann"], ["Ramen", "0 votes", ""]);
  assert.deepEqual(await names(bob), ["Ann"]);
});

test("a second tab that was open before the name was taken has it too", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  const tab = await scene.secondTab(ann);
  await ann.enter("lunch");
  await tab.enter("lunch");
  await ann.page.bringToFront();
  await ann.suggest("Ramen", "Ann");
  await tab.standsFor("Ramen");
  await tab.page.bringToFront();
  await tab.suggest("Thai");
  await ann.standsFor("Thai");
});

test("leaving withdraws the vote and frees the name for another browser", async (t) => {
  const { ann, bob } = await begun(t);
  await ann.press(ann.button(say("leave")));
  await ann.noticeSays(say("left", { area: "lunch" }));
  await bob.sees(["Ramen", "0 votes", ""]);
  await bob.vote("Ramen");
  await bob.giveName("Ann");
  await bob.standsFor("Ramen");
  await ann.sees(["Ramen", "1 vote", "Ann"]);
  assert.equal(await ann.voteButton("Ramen").locator("span").first().textContent(), say("vote"), "it is not the vote of who left");
});

test("who left comes back with one tap, and the vote too", async (t) => {
  const { ann, bob } = await begun(t);
  await ann.press(ann.button(say("leave")));
  await bob.sees(["Ramen", "0 votes", ""]);
  await ann.press(ann.button(say("comeBack")));
  await ann.standsFor("Ramen");
  await bob.sees(["Ramen", "1 vote", "Ann"]);
});

test("another name takes the vote along", async (t) => {
  const { ann, bob } = await begun(t);
  await ann.press(ann.button(say("changeName")));
  await ann.giveName("Anna");
  await ann.noticeSays(say("renamed", { name: "Anna" }));
  await bob.sees(["Ramen", "1 vote", "Anna"]);
  await ann.standsFor("Ramen");
});

test("the name is remembered for the next group", async (t) => {
  const { ann } = await begun(t);
  await ann.enter("dinner");
  await ann.writeIn("Sushi");
  assert.equal(await ann.nameField.inputValue(), "Ann");
  await ann.press(ann.nameForm.locator("[type=submit]"));
  await ann.standsFor("Sushi");
});

test("a name that is none says so at the field, and the vote waits", async (t) => {
  const { bob } = await begun(t);
  await bob.vote("Ramen");
  await bob.giveName("\u200b");
  await bob.reads(say("nameBad"));
  assert.equal(await bob.nameField.getAttribute("aria-invalid"), "true");
  await bob.giveName("Bob");
  await bob.standsFor("Ramen");
});

test("who would rather not give a name has voted for nothing", async (t) => {
  const { ann, bob } = await begun(t);
  await bob.vote("Ramen");
  await bob.press(bob.button(say("cancel")));
  await become("the form is gone", () => bob.nameForm.count(), 0);
  await bob.vote("Ramen");
  await bob.giveName("Bob");
  await ann.sees(["Ramen", "2 votes", "Ann, Bob"]);
});
