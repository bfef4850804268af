// All of it with the keyboard alone, always seeing where one is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { place } from "./photon.js";
import { Scene } from "./scene.js";
import { become } from "./wait.js";

/** More stops than any page here has. */
const STOPS = 40;

/** Presses Tab until `target` has the focus; every stop on the way can be seen to have it. */
async function tabTo({ page }, target, key = "Tab") {
  for (let stop = 0; stop < STOPS; stop++) {
    await page.keyboard.press(key);
    const unseen = await page.evaluate(() => {
      const el = document.activeElement;
      if (el === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(el);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && el.checkVisibility() ? null : el.outerHTML;
    });
    assert.equal(unseen, null, "a stop that cannot be seen");
    if (await target.evaluate((el) => el === document.activeElement)) return;
  }
  assert.fail(`Tab never comes to ${target}`);
}

const focusIn = (person, selector) =>
  become(`the focus is in ${selector}`, () => person.page.evaluate((within) => Boolean(document.activeElement?.closest(within)), selector), true);

test("from the landing page to a vote and its withdrawal", async (t) => {
  const scene = await Scene.open(t, { places: [place(1, "Ramen Ya")] });
  const ann = await scene.person();
  const { keyboard } = ann.page;
  await ann.goto("/");
  await tabTo(ann, ann.page.locator("#group"));
  await keyboard.type("Team Berlin");
  await keyboard.press("Enter");
  await ann.page.waitForURL("**/a/team-berlin");
  await ann.isLive();
  await tabTo(ann, ann.page.locator("#find"));
  await keyboard.type("ramen");
  await ann.suggestion("Ramen Ya").waitFor();
  await keyboard.press("ArrowDown");
  assert.equal(await ann.suggestion("Ramen Ya").getAttribute("aria-selected"), "true");
  assert.equal(await ann.page.locator("#find").getAttribute("aria-activedescendant"), await ann.suggestion("Ramen Ya").getAttribute("id"));
  await keyboard.press("Enter");
  // The form takes the focus, its text selected: typing replaces it.
  await focusIn(ann, ".name-form");
  await keyboard.type("Ann");
  await keyboard.press("Enter");
  await ann.standsFor("Ramen Ya");
  // It goes on where the vote is.
  await focusIn(ann, ".row");
  await keyboard.press("Enter");
  await ann.noticeSays(say("withdrawn", { name: "Ramen Ya" }));
  await focusIn(ann, ".row");
  await keyboard.press("Space");
  await ann.standsFor("Ramen Ya");
  assert.deepEqual(await scene.server.votes("team-berlin"), { Ann: "Ramen Ya" });
});

test("a name given at a place's own row brings the focus back to its button", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = [await (await scene.person()).enter("lunch"), await (await scene.person()).enter("lunch")];
  await ann.suggest("Ramen", "Ann");
  await bob.sees(["Ramen", "1 vote", "Ann"]);
  await bob.voteButton("Ramen").focus();
  await bob.page.keyboard.press("Enter");
  await focusIn(bob, ".name-form");
  // Escape is a way out.
  await bob.page.keyboard.press("Escape");
  await become("the form is gone", () => bob.nameForm.count(), 0);
  await focusIn(bob, ".vote");
  await bob.page.keyboard.press("Enter");
  await focusIn(bob, ".name-form");
  await bob.page.keyboard.type("Bob");
  await bob.page.keyboard.press("Enter");
  await bob.standsFor("Ramen");
  await focusIn(bob, ".vote");
});

test("a refused name leads on by keyboard, too", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = [await (await scene.person()).enter("lunch"), await (await scene.person()).enter("lunch")];
  await ann.suggest("Ramen", "Ann");
  await bob.voteButton("Ramen").focus();
  await bob.page.keyboard.press("Enter");
  await focusIn(bob, ".name-form");
  await bob.page.keyboard.type("Ann");
  await bob.page.keyboard.press("Enter");
  await focusIn(bob, ".error button");
  await bob.page.keyboard.press("Enter");
  await bob.standsFor("Ramen");
  await focusIn(bob, ".vote");
});

test("suggestions are walked through round and round, closed, and written in", async (t) => {
  const scene = await Scene.open(t, { places: [place(1, "Ramen Ya"), place(2, "Ramen Bar")] });
  const ann = await (await scene.person()).enter("lunch");
  const { keyboard } = ann.page;
  const chosen = () => ann.page.locator("[role=option][aria-selected=true] .option-name").textContent();
  await tabTo(ann, ann.page.locator("#find"));
  await keyboard.type("ramen");
  await ann.suggestion("Ramen Bar").waitFor();
  await keyboard.press("ArrowUp");
  assert.equal(await chosen(), say("writeIn", { name: "ramen" }));
  await keyboard.press("ArrowDown");
  assert.equal(await chosen(), "Ramen Ya");
  await keyboard.press("ArrowDown");
  assert.equal(await chosen(), "Ramen Bar");
  // Back in the text, nothing is chosen.
  await keyboard.press("Home");
  assert.equal(await ann.page.locator("#find").getAttribute("aria-activedescendant"), null);
  await keyboard.press("ArrowUp");
  assert.equal(await chosen(), say("writeIn", { name: "ramen" }));
  await keyboard.press("Escape");
  assert.equal(await ann.page.locator("#found").isVisible(), false);
  assert.equal(await ann.page.locator("#find").getAttribute("aria-expanded"), "false");
  // The arrow with Alt opens it again and chooses nothing.
  await keyboard.press("Alt+ArrowDown");
  assert.equal(await ann.page.locator("#found").isVisible(), true);
  assert.equal(await ann.page.locator("#find").getAttribute("aria-activedescendant"), null);
  await keyboard.press("Alt+ArrowUp");
  assert.equal(await ann.page.locator("#found").isVisible(), false);
  // The text is still there; a second Escape empties it.
  assert.equal(await ann.page.locator("#find").inputValue(), "ramen");
  await keyboard.press("Escape");
  assert.equal(await ann.page.locator("#find").inputValue(), "");
});

test("a screen reader hears of one's own vote at once, and of the standings in one sentence", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  await become("the own vote is said", () => ann.page.locator("#said").textContent(), say("voted", { name: "Ramen" }));
  await become("the standings are said", () => bob.page.locator("#said-later").textContent(), say("leads", { name: "Ramen", n: 1 }));
  assert.equal(await bob.page.locator("#said-later").getAttribute("role"), "status");
});
