import assert from "node:assert/strict";
import { test } from "node:test";

import { isFresh, toRestore } from "../../assets/js/intents.js";
import { begin } from "../../assets/js/state.js";
import { START } from "./fakes.js";

const LIFETIME = 7_200_000;
const RAMEN = { id: "ramen", name: "Ramen" };
const held = { username: "Ann", img: "emoji:🍜", at: START - 60_000, epoch: "old.1" };
const intent = { n: 5, fs: RAMEN, tapped: START - 60_000, at: START - 60_000, epoch: "old.1" };

/** The area as it came back; `votes`: name to place. */
const state = (epoch, votes = {}) =>
  begin({
    area: "lunch", epoch, seq: 3,
    users: Object.keys(votes).map((username) => ({ username })),
    venues: [RAMEN, { id: "write-in:1", name: "Bob's Truck" }],
    votes: Object.entries(votes).filter(([, id]) => id).map(([username, id]) => ({ username, id, at: 1 })),
  });

const restore = (change) => toRestore({ held, intent, state: state("new.2"), me: null, now: START, lifetime: LIFETIME, ...change });

test("another run that lost the name and the vote gets both again", () => {
  assert.deepEqual(restore({}), { join: { username: "Ann", img: "emoji:🍜" }, vote: RAMEN });
});

test("another run that kept the name and lost the vote gets the vote again", () => {
  assert.deepEqual(restore({ me: "Ann", state: state("new.2", { Ann: null }) }), { join: null, vote: RAMEN });
});

test("another run that lost the tail, and shows an older vote, gets the last one again", () => {
  assert.deepEqual(restore({ me: "Ann", state: state("new.2", { Ann: "write-in:1" }) }).vote, RAMEN);
});

test("another run that has the vote gets nothing", () => {
  assert.deepEqual(restore({ me: "Ann", state: state("new.2", { Ann: "ramen" }) }), { join: null, vote: null });
});

test("in the same run what is missing stays away", () => {
  assert.deepEqual(restore({ state: state("old.9") }), { join: null, vote: null });
  assert.deepEqual(restore({ me: "Ann", state: state("old.1", { Ann: null }) }), { join: null, vote: null });
});

test("what is as old as the lifetime is not raised from the dead", () => {
  const now = held.at + LIFETIME;
  assert.deepEqual(restore({ now }), { join: null, vote: null });
  assert.ok(restore({ now: now - 1 }).vote);
});

test("a vote taken back, or never acknowledged, is not cast again", () => {
  assert.equal(restore({ me: "Ann", intent: { ...intent, fs: null } }).vote, null);
  assert.equal(restore({ me: "Ann", intent: { ...intent, at: undefined, epoch: undefined } }).vote, null);
  assert.deepEqual(restore({ held: null, intent: null }), { join: null, vote: null });
});

test("a vote that was taken back, and is there again after a loss, is left to the person", () => {
  const back = restore({ me: "Ann", intent: { ...intent, fs: null }, state: state("new.2", { Ann: "ramen" }) });
  assert.deepEqual(back, { join: null, vote: null });
});

test("once is enough: the same run does not get it again, another one does", () => {
  assert.equal(restore({ me: "Ann", intent: { ...intent, again: "new" } }).vote, null);
  assert.deepEqual(restore({ me: "Ann", intent: { ...intent, again: "between" } }).vote, RAMEN);
});

test("without a name there is no vote", () => {
  assert.equal(restore({ held: null }).vote, null);
});

test("a write-in is known by its name, for the server makes its id", () => {
  const typed = { ...intent, fs: { name: "BOB'S truck" } };
  assert.equal(restore({ me: "Ann", intent: typed, state: state("new.2", { Ann: "write-in:1" }) }).vote, null);
  assert.deepEqual(restore({ me: "Ann", intent: typed, state: state("new.2", { Ann: "ramen" }) }).vote, typed.fs);
});

test("a tap may wait for two minutes", () => {
  assert.ok(isFresh({ tapped: START }, START + 119_999));
  assert.ok(!isFresh({ tapped: START }, START + 120_000));
});
