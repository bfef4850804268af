// What an address leads to: areas by hash and by path, back and forward, names that are none, and pages without scripts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { Scene } from "./scene.js";
import { become } from "./wait.js";

const heading = (person) => person.page.getByRole("heading", { level: 1 }).filter({ visible: true }).textContent();
const shows = (person, title) => become(`the page shows ${title}`, () => heading(person), title);

test("a hash is an area, whichever page it stands on", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  const eve = await scene.person();
  for (const path of ["/#lunch", "/a/dinner#lunch", "/#LUNCH"]) {
    await eve.goto("/");
    await eve.goto(path);
    await shows(eve, "lunch");
    await eve.isLive();
    await eve.sees(["Ramen", "1 vote", "Ann"]);
  }
  await bob.sees(["Ramen", "1 vote", "Ann"]);
});

test("another hash is another area, without a reload; back and forward work", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  await bob.page.evaluate(() => (window.sameDocument = true));
  await bob.sees(["Ramen", "1 vote", "Ann"]);
  await bob.page.evaluate(() => (location.hash = "dinner"));
  await shows(bob, "dinner");
  await bob.reads(say("emptyTitle"));
  await bob.sees();
  await bob.suggest("Sushi", "Bob");
  await bob.page.goBack();
  await shows(bob, "lunch");
  await bob.sees(["Ramen", "1 vote", "Ann"]);
  await bob.page.goForward();
  await shows(bob, "dinner");
  await bob.sees(["Sushi", "1 vote", "Bob"]);
  await bob.standsFor("Sushi");
  assert.equal(await bob.page.evaluate(() => window.sameDocument), true);
  // Nothing of one area is left in the other.
  await ann.sees(["Ramen", "1 vote", "Ann"]);
  assert.deepEqual(await scene.server.votes("dinner"), { Bob: "Sushi" });
});

test("back from an area to the landing page", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  await ann.goto("/");
  await ann.goto("/#lunch");
  await ann.isLive();
  await ann.page.goBack();
  await shows(ann, say("landingTitle"));
  assert.equal(await ann.page.title(), say("product"));
  await ann.page.getByRole("link", { name: "lunch" }).waitFor();
});

test("a hash that names no area leads to the landing page, with a sentence", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  for (const bad of ["no spaces!", "<img src=x onerror=alert(1)>", "%E0%A4%A", "a".repeat(65)]) {
    await ann.goto("/");
    await ann.page.evaluate((hash) => (location.hash = hash), bad);
    await ann.reads(/is no group’s name/);
    await shows(ann, say("landingTitle"));
  }
});

test("a name that no group can have is refused while it is typed", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  await ann.goto("/");
  await ann.press(ann.button(say("groupGo")));
  await ann.reads(say("groupEmpty"));
  await ann.page.fill("#group", "lunch?");
  await ann.reads(say("groupBad"));
  await ann.page.fill("#group", "a".repeat(65));
  await ann.reads(say("groupLong"));
  await ann.page.fill("#group", "Mittagessen Süd");
  await ann.reads("/a/mittagessen-süd");
  await ann.readsNoMore(say("groupLong"));
});

test("an area in another script has its address, its title and its votes", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two("昼ごはん");
  await ann.suggest("ラーメン", "安");
  await bob.sees(["ラーメン", "1 vote", "安"]);
  assert.equal(await bob.page.title(), "ラーメン 1 · 昼ごはん");
});

test("without scripts the standings are there, and a sentence says what is missing", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  await bob.suggest("Ramen", "Bob");
  await bob.suggest("Thai");
  const eve = await scene.person("phone", { javaScriptEnabled: false });
  await eve.goto("/a/lunch");
  assert.deepEqual(await eve.standings(), [["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]]);
  assert.ok(await eve.page.locator("noscript p", { hasText: say("noScript") }).isVisible());
  for (const unusable of ["#add", "#share", "#leave", "#change-name", "#link-state"]) assert.equal(await eve.page.locator(unusable).isVisible(), false, unusable);
  assert.equal(await eve.page.title(), "Ramen 1, Thai 1 · lunch");
  await eve.goto("/a/dinner");
  await eve.reads(say("emptyTitle"));
});

test("without scripts a group is found by its name, too", async (t) => {
  const scene = await Scene.open(t);
  const eve = await scene.person("phone", { javaScriptEnabled: false });
  await eve.goto("/");
  await eve.page.fill("#group", "Team Berlin");
  await eve.press(eve.button(say("groupGo")));
  await eve.page.waitForURL("**/a/team-berlin");
});

test("an address that nothing is at says so, and leads back", async (t) => {
  const scene = await Scene.open(t);
  const ann = (await scene.person("phone")).expect(/status of 404/);
  for (const path of ["/nothing/here", "/a/no%20such%21name"]) {
    const answer = await ann.goto(path);
    assert.equal(answer.status(), 404, path);
    await ann.press(ann.page.getByRole("link", { name: "To the start page" }));
    await shows(ann, say("landingTitle"));
  }
});
