import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Search } from "../../assets/js/search.js";
import { pass, settled, stopClock } from "./fakes.js";

beforeEach(() => stopClock());

/** A search whose questions a test answers itself: `asked` has `{query, place, signal, answer, fail}`. */
function searching({ near = "", center = "" } = {}) {
  const asked = [];
  const find = (question) =>
    new Promise((done, failed) => asked.push({ ...question, answer: (...venues) => done({ venues, attributions: [{ text: "©" }] }), fail: failed }));
  const memory = { near };
  return { search: new Search({ memory, center, find }), asked, memory };
}

const RAMEN = { id: "1", name: "Ramen", location: { lat: 52, lng: 13 } };
const voted = { state: { votes: new Map([["ann", { id: "1" }]]), venues: new Map([["1", RAMEN]]) } };

test("it looks where the person says, else near the votes, else where was typed last, else where the server looks", () => {
  const { search } = searching({ near: "Bonn", center: "50.9,6.9" });
  assert.deepEqual(search.place, { kind: "typed", name: "Bonn" });
  search.area = voted;
  assert.deepEqual(search.place, { kind: "votes", at: { lat: 52, lng: 13 } });
  search.nearPoint("map", { lat: 1, lng: 2 });
  assert.deepEqual(search.place, { kind: "map", at: { lat: 1, lng: 2 } });
  search.nearName("Köln");
  assert.deepEqual(search.place, { kind: "typed", name: "Köln" });
  search.nearName("");
  assert.equal(search.place.kind, "votes");
  search.area = null;
  assert.deepEqual(search.place, { kind: "center", at: { lat: 50.9, lng: 6.9 } });
  for (const center of ["", "nowhere", "1"]) assert.deepEqual(searching({ center }).search.place, { kind: "anywhere" });
});

test("a pause in typing asks once, for what was typed last", async () => {
  const { search, asked } = searching();
  for (const query of ["r", "ra", "ram", "rame", "ramen"]) {
    search.type(query);
    await pass(100);
  }
  assert.equal(asked.length, 0);
  await pass(300);
  assert.deepEqual(asked.map(({ query }) => query), ["ramen"]);
  asked[0].answer(RAMEN);
  await settled();
  assert.deepEqual([search.phase, search.venues, search.credits], ["found", [RAMEN], [{ text: "©" }]]);
});

test("too few letters ask nobody, but a Chinese sign is a word", async () => {
  const { search, asked } = searching();
  search.type("ra");
  await pass(1000);
  assert.deepEqual([search.phase, asked.length], ["short", 0]);
  search.type("面");
  await pass(1000);
  assert.equal(asked.length, 1);
});

test("a late answer to what is asked no more changes nothing", async () => {
  const { search, asked } = searching();
  search.type("ramen");
  await pass(300);
  search.type("tacos");
  await pass(300);
  asked[0].answer(RAMEN);
  await settled();
  assert.deepEqual([search.phase, search.venues], ["searching", []]);
  asked[1].fail({ code: "searchOffline" });
  await settled();
  assert.deepEqual([search.phase, search.error.code], ["failed", "searchOffline"]);
});

test("who is asked for patience asks again by itself, unless it would be long", async () => {
  const { search, asked } = searching();
  search.type("ramen");
  await pass(300);
  asked[0].fail({ message: "Wait.", retryInMs: 2_000 });
  await settled();
  assert.equal(search.phase, "failed");
  await pass(2_100);
  assert.equal(asked.length, 2);
  asked[1].fail({ message: "Wait.", retryInMs: 3_600_000 });
  await pass(60_000);
  assert.equal(asked.length, 2);
});

test("the map's middle finds anything to eat; another place asks the same again", async () => {
  const { search, asked } = searching();
  search.nearPoint("me", { lat: 1, lng: 2 });
  await pass(1000);
  assert.equal(asked.length, 0, "nothing is looked for yet");
  search.nearPoint("map", { lat: 3, lng: 4 });
  await pass(100);
  assert.deepEqual([asked[0].query, asked[0].place.at], ["", { lat: 3, lng: 4 }]);
  search.type("ramen");
  await pass(300);
  search.nearName("Bonn");
  await pass(100);
  assert.deepEqual(asked.slice(1).map(({ query, place }) => [query, place.name ?? place.kind]), [["ramen", "map"], ["ramen", "Bonn"]]);
});

test("another area begins anew, and keeps what was typed", () => {
  const { search, memory } = searching();
  search.nearName("Bonn");
  search.nearPoint("map", { lat: 3, lng: 4 });
  search.reset();
  assert.deepEqual([search.phase, search.query, search.place], ["idle", "", { kind: "typed", name: "Bonn" }]);
  assert.equal(memory.near, "Bonn");
});
