// Those whom a page easily forgets: large text on a small phone, no motion, no scripts, and a whole floor in one area.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { fits } from "./fits.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

test("at twice the text size and 320 px nothing is lost, from the name to the vote", async (t) => {
  const scene = await Scene.open(t);
  await (await scene.guest("lunch").take("Maximiliane von Hohenstein-Lang")).vote("The very old inn behind the railway station");
  const ann = await scene.person("phone", { viewport: { width: 320, height: 640 } });
  await ann.page.addInitScript(() => addEventListener("DOMContentLoaded", () => (document.documentElement.style.fontSize = "200%")));
  await ann.goto("/");
  await fits(ann, "the landing page");
  await ann.enter("lunch");
  await fits(ann, "the standings");
  await ann.writeIn("Bob’s Truck");
  await ann.nameField.waitFor();
  await fits(ann, "the name is asked");
  await ann.giveName("Ann");
  await ann.standsFor("Bob’s Truck");
  await fits(ann, "the vote");
  await ann.vote("Bob’s Truck");
  await ann.noticeSays(say("withdrawn", { name: "Bob’s Truck" }));
  await fits(ann, "the notice");
});

/** How many motions the page begins while two places change their order. */
async function motions(scene, area, reducedMotion) {
  const ann = await scene.person("laptop", { reducedMotion });
  await ann.page.addInitScript(() => {
    window.motions = 0;
    const { animate } = Element.prototype;
    Element.prototype.animate = function (...how) {
      window.motions += 1;
      return animate.apply(this, how);
    };
    addEventListener("transitionrun", () => (window.motions += 1));
    addEventListener("animationstart", () => (window.motions += 1));
  });
  await ann.enter(area);
  await (await scene.guest(area).take("Bob")).vote("Ramen");
  await ann.sees(["Ramen", "1 vote", "Bob"]);
  for (const name of ["Cleo", "Dmitri"]) await (await scene.guest(area).take(name)).vote("Thai");
  await ann.sees(["Thai", "2 votes", "Cleo, Dmitri"], ["Ramen", "1 vote", "Bob"]);
  // What has begun by now is counted two frames later.
  await ann.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return ann.page.evaluate(() => window.motions);
}

test("nothing moves where the system asks for no motion, and something does elsewhere", async (t) => {
  const scene = await Scene.open(t);
  assert.equal(await motions(scene, "calm", "reduce"), 0);
  assert.ok((await motions(scene, "lively", "no-preference")) > 0);
});

test("without scripts one votes, takes a name on the way, and takes the vote back", async (t) => {
  const scene = await Scene.open(t);
  await (await scene.guest("lunch").take("Bob")).vote("Ramen");
  const eve = await scene.person("phone", { javaScriptEnabled: false });
  // The answer to a vote that has no name yet.
  eve.expect(/status of 403/);
  await eve.goto("/a/lunch");
  await eve.press(eve.page.locator("#rows form [type=submit]"));
  await eve.page.fill("#username", "Eve");
  await eve.press(eve.page.locator(".name-card [type=submit]").first());
  await become("the vote is there", () => scene.server.votes("lunch"), { Bob: "Ramen", Eve: "Ramen" });
  await become("the page says so", () => eve.standings(), [["Ramen", say("votes", { n: 2 }), "Bob, Eve"]]);
  await eve.press(eve.page.locator("#rows form [type=submit]"));
  await become("the vote is gone", () => scene.server.votes("lunch"), { Bob: "Ramen" });
  await become("the page says so, too", () => eve.standings(), [["Ramen", say("votes", { n: 1 }), "Bob"]]);
  await fits(eve, "the page without scripts");
});

test("forty places and sixty people are usable on a phone and on a laptop", async (t) => {
  const scene = await Scene.open(t);
  const [places, people] = [40, 60];
  for (let n = 0; n < people; n++) await (await scene.guest("lunch").take(`Colleague ${n + 1}`)).vote(`Place ${(n % places) + 1}`);
  for (const device of ["phone", "laptop"]) {
    const ann = await (await scene.person(device)).enter("lunch");
    await until("all places are there", async () => (await ann.standings()).length === places);
    await fits(ann, device);
    await ann.vote("Place 40");
    await ann.giveName(`Ann on a ${device}`);
    await ann.standsFor("Place 40");
    await fits(ann, `${device}, with a vote`);
    const first = async () => (await ann.standings())[0][0];
    await become("the order is right", first, device === "phone" ? "Place 1" : "Place 40");
  }
});
