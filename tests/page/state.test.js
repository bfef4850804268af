import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, begin, runOf, voteOf } from "../../assets/js/state.js";
import { golden } from "./golden.js";

const LIFETIME = 7_200_000;
const EPOCH = "run.1";
const fs = (id, name = id) => ({ id, name });
const change = (seq, event, data, epoch = EPOCH) => ({ event, epoch, seq, at: seq * 1_000, data });
const empty = (seq = 0) => begin({ area: "lunch", epoch: EPOCH, seq, users: [], venues: [], votes: [] });

/** The state after these changes, each of which has to be the next one. */
function after(state, ...changes) {
  for (const event of changes) {
    const step = apply(state, event, LIFETIME);
    assert.equal(step.outcome, "next", JSON.stringify(event));
    state = step.state;
  }
  return state;
}

test("the whole state replaces what was known", () => {
  const before = after(empty(), change(1, "user", { username: "Zoe", img: "" }));
  const { state, outcome } = apply(before, golden("updates"), LIFETIME);
  assert.equal(outcome, "next");
  assert.deepEqual([...state.users.keys()], ["ann", "bob"]);
  assert.equal(voteOf(state, "ANN"), "4b5ea7f00d00000000000001");
  assert.deepEqual([...state.here], ["ann"]);
  assert.equal(state.seq, 2);
});

test("the golden changes apply in their order", () => {
  const at = (event) => ({ ...golden(event) });
  const start = begin({ area: "lunch", epoch: golden("user").epoch, seq: 0, users: [], venues: [], votes: [] });
  const state = after(start, at("user"), at("vote"), at("renamed"));
  assert.equal(voteOf(state, "anna"), "4b5ea7f00d00000000000001");
  assert.equal(voteOf(state, "Ann"), undefined);
  const left = after(state, at("userLeft"));
  assert.equal(left.users.size, 0);
  assert.equal(left.votes.size, 0);
  assert.equal(left.venues.size, 1);
});

test("a second vote replaces the first, and its place stays", () => {
  const ann = { username: "Ann", img: "" };
  const state = after(empty(), change(1, "user", ann), change(2, "vote", { ...ann, fs: fs("a") }), change(3, "vote", { ...ann, fs: fs("b") }));
  assert.equal(voteOf(state, "Ann"), "b");
  assert.deepEqual([...state.venues.keys()], ["a", "b"]);
  const none = after(state, change(4, "voteRemoved", { username: "Ann" }));
  assert.equal(voteOf(none, "Ann"), undefined);
  assert.equal(none.venues.size, 2);
});

test("nobody renames another's place", () => {
  const ann = { username: "Ann", img: "" };
  const state = after(empty(), change(1, "user", ann), change(2, "vote", { ...ann, fs: fs("a", "Thai") }), change(3, "vote", { ...ann, fs: fs("a", "Poison") }));
  assert.equal(state.venues.get("a").name, "Thai");
});

test("an event that is known changes nothing", () => {
  const state = after(empty(), change(1, "user", { username: "Ann", img: "" }));
  const step = apply(state, change(1, "userLeft", { username: "Ann", reason: "left" }), LIFETIME);
  assert.equal(step.outcome, "known");
  assert.equal(step.state, state);
});

test("a gap changes nothing and says so", () => {
  const state = after(empty(), change(1, "user", { username: "Ann", img: "" }));
  for (const event of [change(3, "userLeft", { username: "Ann" }), change(1, "user", { username: "Bob" }, "run.2"), change(9, "cleared", {}, "run.2")]) {
    const step = apply(state, event, LIFETIME);
    assert.equal(step.outcome, "gap");
    assert.equal(step.state, state);
  }
  assert.equal(apply(null, change(1, "user", { username: "Ann" }), LIFETIME).outcome, "gap");
});

test("only the 1 that follows cleared begins a new epoch", () => {
  const cleared = after(empty(), change(1, "user", { username: "Ann", img: "" }), change(2, "cleared", { reason: "expired" }));
  assert.equal(cleared.users.size, 0);
  assert.equal(cleared.expiresAt, 0);
  assert.equal(apply(cleared, change(2, "user", { username: "Bob" }, "run.2"), LIFETIME).outcome, "gap");
  const next = after(cleared, change(1, "user", { username: "Bob", img: "" }, "run.2"));
  assert.equal(next.epoch, "run.2");
  assert.equal(apply(next, change(1, "user", { username: "Cem" }, "run.3"), LIFETIME).outcome, "gap");
});

test("a state that was never cleared takes no new epoch, however empty it is", () => {
  assert.equal(apply(empty(), change(1, "user", { username: "Bob" }, "run.2"), LIFETIME).outcome, "gap");
});

test("who comes just after an area was cleared is not sent for the state again by its next life", () => {
  const late = begin({ area: "lunch", epoch: EPOCH, seq: 3, users: [], venues: [], votes: [], expiresAt: 0 });
  const next = after(late, change(1, "user", { username: "Ann", img: "" }, "run.2"));
  assert.deepEqual([next.epoch, next.seq, next.users.size], ["run.2", 1, 1]);
});

test("acts move the time when the area empties, and nothing else does", () => {
  const ann = { username: "Ann", img: "" };
  const state = after(empty(), change(1, "user", ann), change(2, "vote", { ...ann, fs: fs("a") }));
  assert.equal(state.expiresAt, 2_000 + LIFETIME);
  assert.equal(after(state, change(3, "voteRemoved", { username: "Ann" })).expiresAt, 2_000 + LIFETIME);
});

test("presence comes and goes by compared names, and never counts below none", () => {
  let state = after(empty(), change(1, "user", { username: "Ann", img: "" }));
  const presence = (here, gone, online, watching) => ({ event: "presence", data: { here, gone, online, watching } });
  state = after(state, presence(["ANN"], [], 1, 3));
  assert.deepEqual([...state.here], ["ann"]);
  state = after(state, presence([], ["Ann", "Nobody"], 0, 0));
  assert.deepEqual([state.here.size, state.online, state.watching], [0, 0, 0]);
  assert.deepEqual(apply(null, presence(["Ann"], []), LIFETIME), { state: null, outcome: "known" });
});

test("__proto__ and its like are names and places like any other", () => {
  const names = ["__proto__", "constructor", "hasOwnProperty", "toString"];
  const changes = names.flatMap((name, i) => [
    change(2 * i + 1, "user", { username: name, img: "" }),
    change(2 * i + 2, "vote", { username: name, img: "", fs: fs(name) }),
  ]);
  const state = after(empty(), ...changes);
  assert.deepEqual([...state.users.keys()], names.map((name) => name.toLowerCase()));
  assert.deepEqual([...state.venues.keys()], names);
  for (const name of names) assert.equal(voteOf(state, name), name);
});

test("a vote of who is not in the area counts nowhere", () => {
  const state = after(empty(), change(1, "vote", { username: "Ghost", img: "", fs: fs("a") }));
  assert.equal(state.votes.size, 0);
  const told = begin({ area: "lunch", epoch: EPOCH, seq: 1, users: [], venues: [fs("a")], votes: [{ username: "Ghost", id: "a", at: 1 }] });
  assert.equal(told.votes.size, 0);
});

test("states are never changed in place", () => {
  const before = after(empty(), change(1, "user", { username: "Ann", img: "" }));
  const copy = structuredClone(before);
  after(before, change(2, "renamed", { from: "Ann", username: "Bea", img: "" }), change(3, "cleared", {}));
  assert.deepEqual(before, copy);
});

test("the run is what stands before the dot", () => {
  assert.equal(runOf("3f9a1c07.1795340000000000"), "3f9a1c07");
  assert.equal(runOf(""), "");
});
