// Adding a place: suggestions while one types, and the write-in that works whatever becomes of the search.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { place } from "./photon.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

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

/** Opens what is behind the words that say where the search looks. */
async function openWhere(person) {
  await person.press(person.page.locator("#where summary"));
  await person.page.getByLabel(say("nearLabel")).waitFor();
}

for (const [mood, words] of [
  ["nonsense", say("searchFailed")],
  ["enough", say("searchUsedUp", { n: 2 })],
]) {
  test(`a source that ${mood === "enough" ? "has had enough" : "talks nonsense"} is a sentence, and the place can be written in`, async (t) => {
    const scene = await Scene.open(t, { places: PLACES });
    const ann = (await scene.person("phone")).expect(/status of 50[234]/);
    scene.photon.mood = mood;
    await ann.enter("lunch");
    await ann.type("ramen");
    await ann.reads(words);
    await ann.press(ann.suggestion(say("writeIn", { name: "ramen" })));
    await ann.giveName("Ann");
    await ann.standsFor("ramen");
  });
}

test("who has asked too often is asked for patience, and the search goes on by itself", async (t) => {
  const scene = await Scene.open(t, { places: PLACES, settings: { WTE__VENUES__QUESTIONS_PER_MINUTE: "20" } });
  const ann = (await scene.person("phone")).expect(/status of 429/);
  await ann.enter("lunch");
  await ann.page.evaluate(async () => {
    for (let status = 200; status !== 429; ) ({ status } = await fetch("/api/venues?query=none&ll=1,2"));
  });
  await ann.type("curry");
  await ann.reads(say("searchBusy"));
  await ann.suggestion("Curry House").waitFor();
});

test("without a network the search waits, a place can be added all the same, and it goes on when there is one", async (t) => {
  const scene = await Scene.open(t, { places: PLACES, cable: true });
  const ann = (await scene.person("phone")).expect(BROKEN_NETWORK);
  await ann.enter("lunch");
  scene.cable.cut();
  await ann.type("curry");
  await ann.reads(say("searchOffline"));
  await ann.suggestion(say("writeIn", { name: "curry" })).waitFor();
  scene.cable.mend();
  await ann.isLive();
  await ann.page.evaluate(() => dispatchEvent(new Event("online")));
  await ann.suggestion("Curry House").waitFor();
});

test("a place is searched near a town that one types, which is said and remembered", async (t) => {
  const scene = await Scene.open(t, { places: [...PLACES, place(9, "Berlin Mitte", { kind: "suburb" })] });
  const ann = await (await scene.person("phone")).enter("lunch");
  await ann.reads(say("whereAnywhere"));
  await openWhere(ann);
  await ann.page.getByLabel(say("nearLabel")).fill("Berlin Mitte");
  await ann.press(ann.button(say("nearGo")));
  await ann.reads(say("whereTyped", { name: "Berlin Mitte" }));
  await ann.type("curry");
  await ann.suggestion("Curry House").waitFor();
  assert.ok(scene.photon.asked.includes("Berlin Mitte"), `it was asked for ${scene.photon.asked}`);
  await ann.page.reload();
  await ann.reads(say("whereTyped", { name: "Berlin Mitte" }));
  await openWhere(ann);
  await become("the field has it", () => ann.page.locator("#near").inputValue(), "Berlin Mitte");
});

test("a town that nobody knows is said to be unknown, and another one helps", async (t) => {
  const scene = await Scene.open(t, { places: [place(3, "Curry House"), place(9, "Berlin Mitte", { kind: "suburb" })] });
  const ann = (await scene.person("laptop")).expect(/status of 400/);
  await ann.enter("lunch");
  await openWhere(ann);
  await ann.page.locator("#near").fill("Atlantis");
  await ann.page.keyboard.press("Enter");
  await ann.type("curry");
  await ann.reads(say("nearUnknown"));
  await ann.page.locator("#near").fill("Berlin Mitte");
  await ann.page.keyboard.press("Enter");
  await ann.suggestion("Curry House").waitFor();
});

test("once places have votes, the search looks near them", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const [ann, bob] = await scene.two();
  await ann.type("ramen");
  await ann.press(ann.suggestion("Ramen Ya"));
  await ann.giveName("Ann");
  await bob.reads(say("whereVotes"));
  const asked = bob.page.waitForRequest((request) => request.url().includes("/api/venues"));
  await bob.type("curry");
  assert.equal(new URL((await asked).url()).searchParams.get("ll"), "52.530,13.400");
  await bob.suggestion("Curry House").waitFor();
});

test("Near me asks for the location, and rounds it before it leaves the browser", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = await scene.person("phone", { geolocation: { latitude: 52.520008, longitude: 13.404954 }, permissions: ["geolocation"] });
  const asked = [];
  ann.page.on("request", (request) => request.url().includes("/api/venues") && asked.push(new URL(request.url()).searchParams.get("ll")));
  await ann.enter("lunch");
  await openWhere(ann);
  await ann.press(ann.button(say("nearMe")));
  await ann.reads(say("nearMeOn"));
  await ann.reads(say("whereMe"));
  await ann.type("curry");
  await ann.suggestion("Curry House").waitFor();
  assert.deepEqual([...new Set(asked)], ["52.520,13.405"]);
});

test("a location that is refused leaves the typed place", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = await (await scene.person("phone")).enter("lunch");
  await openWhere(ann);
  await ann.press(ann.button(say("nearMe")));
  await ann.reads(say("nearMeDenied"));
  await become("the typed place has the focus", () => ann.page.evaluate(() => document.activeElement.id), "near");
});

for (const [code, name] of [[2, "nearMeUnknown"], [3, "nearMeSlow"]]) {
  test(`a location that is not to be had has its own sentence: ${name}`, async (t) => {
    const scene = await Scene.open(t, { places: PLACES });
    const ann = await scene.person("phone");
    await ann.page.addInitScript((code) => {
      navigator.geolocation.getCurrentPosition = (_, failed) => failed({ code });
    }, code);
    await ann.enter("lunch");
    await openWhere(ann);
    await ann.press(ann.button(say("nearMe")));
    await ann.reads(say(name));
  });
}

test("where browsers tell no location, the button is not shown and the typed place is offered", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = await scene.person("phone");
  await ann.page.addInitScript(() => Object.defineProperty(globalThis, "isSecureContext", { value: false }));
  await ann.enter("lunch");
  await openWhere(ann);
  await ann.reads(say("nearMeNever"));
  assert.equal(await ann.button(say("nearMe")).count(), 0);
});

test("all whom results are owed to are named, with their links", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = await scene.person("phone");
  const attributions = [{ text: "The office", url: "https://office.example/" }, { text: "Its canteen" }];
  const venues = [{ id: "1", name: "Canteen" }];
  await ann.page.route("**/api/venues?**", (route) => route.fulfill({ json: { source: "file", attribution: null, attributions, venues } }));
  await ann.enter("lunch");
  await ann.type("canteen");
  await ann.suggestion("Canteen").waitFor();
  assert.equal(await ann.page.getByRole("link", { name: /^The office/ }).getAttribute("href"), "https://office.example/");
  assert.match(await ann.page.locator("#attribution").textContent(), / · Its canteen$/);
});

test("nothing moves under a finger: what comes meanwhile waits until it is lifted", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = await (await scene.person("laptop")).enter("lunch");
  await ann.type("ram");
  await ann.suggestion("Ramen Ya").waitFor();
  const box = await ann.suggestion(say("writeIn", { name: "ram" })).boundingBox();
  await ann.page.mouse.move(box.x + 20, box.y + box.height / 2);
  await ann.page.mouse.down();
  await ann.page.evaluate(() => {
    document.querySelector("#find").value = "curry";
    document.querySelector("#find").dispatchEvent(new Event("input"));
  });
  await ann.reads(say("found", { n: 1 }));
  assert.deepEqual(await ann.page.locator(".option-name").allTextContents(), ["Ramen Ya", "Ramen Bar", say("writeIn", { name: "ram" })]);
  await ann.page.mouse.up();
  await ann.giveName("Ann");
  await ann.standsFor("ram");
});

test("Back closes the list of suggestions first", async (t) => {
  const scene = await Scene.open(t, { places: PLACES });
  const ann = await (await scene.person("phone")).enter("lunch");
  await ann.page.locator("#find").pressSequentially("ramen");
  await ann.suggestion("Ramen Ya").waitFor();
  await ann.page.goBack();
  await ann.suggestion("Ramen Ya").waitFor({ state: "hidden" });
  assert.match(ann.page.url(), /\/a\/lunch$/);
  assert.equal(await ann.page.locator("#find").inputValue(), "ramen");
});
