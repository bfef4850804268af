// Adding a place: suggestions while one types, and the write-in that works whatever becomes of the search.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { place } from "./photon.js";
import { Scene } from "./scene.js";
import { until } from "./wait.js";

const PLACES = [place(1, "Ramen Ya"), place(2, "Ramen Bar", { kind: "bar" }), place(3, "Curry House")];

test("suggestions come while one types, and picking one votes for it", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const [ann, bob] = await scene.two();
  await ann.type("ramen");
  await ann.suggestion("Ramen Ya").waitFor();
  await ann.reads(say("found", { n: 2 }));
  await ann.reads("Torstraße 2, Berlin");
  await ann.reads("© OpenStreetMap contributors");
  // The last one is always the place as it was typed.
  assert.deepEqual(await ann.page.locator(".option-name").allTextContents(), ["Ramen Ya", "Ramen Bar", say("writeIn", { name: "ramen" })]);
  await ann.press(ann.suggestion("Ramen Bar"));
  await ann.giveName("Ann");
  await ann.standsFor("Ramen Bar");
  await bob.sees(["Ramen Bar", "1 vote", "Ann"]);
  const map = bob.row("Ramen Bar").getByRole("link", { name: "Map of Ramen Bar" });
  assert.match(await map.getAttribute("href"), /^https:\/\/www\.openstreetmap\.org\/\?mlat=52\.53&mlon=13\.4/);
});

test("a place that is there already is voted for, not added again", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const [ann, bob] = await scene.two();
  for (const [person, name] of [[ann, "Ann"], [bob, "Bob"]]) {
    await person.type("curry");
    await person.press(person.suggestion("Curry House"));
    await person.giveName(name);
  }
  await ann.sees(["Curry House", "2 votes", "Ann, Bob"]);
});

test("two people's same write-in is one place", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Bob's Truck", "Ann");
  await bob.writeIn("BOB'S   TRUCK");
  await bob.giveName("Bob");
  await ann.sees(["Bob's Truck", "2 votes", "Ann, Bob"]);
});

test("a search that fails says so, and the place can be written in", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = (await scene.person("phone")).expect(/status of 50[234]/);
  scene.photon.mood = "fails";
  await ann.enter("lunch");
  await ann.type("ramen");
  await ann.reads(say("searchFailed"));
  await ann.press(ann.suggestion(say("writeIn", { name: "ramen" })));
  await ann.giveName("Ann");
  await ann.standsFor("ramen");
});

test("a search that hangs holds nobody up", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = (await scene.person("phone")).expect(/status of 50[234]/);
  scene.photon.mood = "hangs";
  await ann.enter("lunch");
  await ann.type("ramen");
  await until("the question is under way", () => scene.photon.asked.length > 0);
  await ann.reads(say("searching"));
  await ann.press(ann.suggestion(say("writeIn", { name: "ramen" })));
  await ann.giveName("Ann");
  await ann.standsFor("ramen");
});

test("a search that hangs ends by itself in a sentence", async (t) => {
  const scene = await Scene.open(t, { places: PLACES, settings: { WTE__VENUES__TIMEOUT_MS: "300" } });
  const ann = (await scene.person("phone")).expect(/status of 50[234]/);
  scene.photon.mood = "hangs";
  await ann.enter("lunch");
  await ann.type("ramen");
  await ann.reads(say("searchFailed"));
});

test("what is asked for is what was typed last", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = await (await scene.person("phone")).enter("lunch");
  await ann.page.locator("#find").pressSequentially("curry hou");
  await ann.suggestion("Curry House").waitFor();
  assert.ok(scene.photon.asked.length < 9, `a question for each letter: ${scene.photon.asked}`);
  assert.equal(scene.photon.asked.at(-1), "curry hou");
});

test("a place is searched near a town that one types, which is remembered", async (t) => {
  const scene = await Scene.open(t, { places: [...PLACES, place(9, "Berlin Mitte", { kind: "suburb" })] });
  const ann = await (await scene.person("phone")).enter("lunch");
  await ann.press(ann.page.getByText(say("near"), { exact: true }));
  await ann.page.getByLabel(say("nearLabel")).fill("Berlin Mitte");
  await ann.type("curry");
  await ann.suggestion("Curry House").waitFor();
  assert.ok(scene.photon.asked.includes("Berlin Mitte"), `it was asked for ${scene.photon.asked}`);
  await ann.page.reload();
  assert.equal(await ann.page.locator("#near").inputValue(), "Berlin Mitte");
});

test("Near me asks for the location, and rounds it before it leaves the browser", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = await scene.person("phone", { geolocation: { latitude: 52.520008, longitude: 13.404954 }, permissions: ["geolocation"] });
  const asked = [];
  ann.page.on("request", (request) => request.url().includes("/api/venues") && asked.push(new URL(request.url()).searchParams.get("ll")));
  await ann.enter("lunch");
  await ann.press(ann.page.getByText(say("near"), { exact: true }));
  await ann.press(ann.button(say("nearMe")));
  await ann.reads(say("nearMeOn"));
  await ann.type("curry");
  await ann.suggestion("Curry House").waitFor();
  assert.deepEqual([...new Set(asked)], ["52.520,13.405"]);
});

test("a location that is refused leaves the typed place", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = await (await scene.person("phone")).enter("lunch");
  await ann.press(ann.page.getByText(say("near"), { exact: true }));
  await ann.press(ann.button(say("nearMe")));
  await ann.reads(say("nearMeFailed"));
});
