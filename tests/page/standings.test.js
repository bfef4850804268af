import assert from "node:assert/strict";
import { test } from "node:test";

import { outcome, standings, title } from "../../assets/js/standings.js";
import { begin } from "../../assets/js/state.js";
import "../english.js";

/** `votes`: name to [place, at]. */
function area(places, votes) {
  const list = Object.entries(votes).map(([username, [id, at]]) => ({ username, id, at }));
  return begin({ area: "lunch", epoch: "r.1", seq: 1, users: list, venues: places.map((id) => ({ id, name: id })), votes: list });
}
const order = (state) => standings(state).map((row) => row.venue.id);

test("most votes come first, and a place without votes stays last", () => {
  const state = area(["none", "one", "two"], { Ann: ["two", 5], Bob: ["two", 9], Cem: ["one", 1] });
  assert.deepEqual(order(state), ["two", "one", "none"]);
});

test("at a tie the one leads that was first to have that many, not the one whose first vote came first", () => {
  const state = area(["a", "b"], { Ann: ["a", 1], Bob: ["b", 2], Cem: ["b", 3], Dan: ["a", 4] });
  assert.deepEqual(order(state), ["b", "a"]);
});

test("equal in all, places stand by their ids' code points, as on the server", () => {
  // U+FF21 comes after U+1F35C by UTF-16 halves, and before it by code points.
  const state = area(["\u{1F35C}", "\uFF21", "a"], {});
  assert.deepEqual(order(state), ["a", "\uFF21", "\u{1F35C}"]);
});

test("voters stand in the order of their votes", () => {
  const [row] = standings(area(["a"], { Zoe: ["a", 1], Ann: ["a", 3], Bob: ["a", 3] }));
  assert.deepEqual(row.voters.map((voter) => voter.username), ["Zoe", "Ann", "Bob"]);
  assert.equal(row.share, 100);
});

test("ties look like ties", () => {
  const rows = standings(area(["a", "b", "c"], { Ann: ["a", 1], Bob: ["b", 2] }));
  assert.deepEqual(rows.map((row) => row.first), [true, true, false]);
  assert.equal(title("lunch", rows), "a = b 1 · lunch");
  assert.equal(outcome(rows), "A tie: a and b with 1 vote each.");
});

test("the title tells the outcome", () => {
  const rows = standings(area(["Ramen"], { Ann: ["Ramen", 1], Bob: ["Ramen", 2] }));
  assert.equal(title("lunch", rows), "Ramen 2 · lunch");
  assert.equal(outcome(rows), "Ramen leads with 2 votes.");
  assert.equal(title("lunch", []), "lunch · Where to eat");
  assert.equal(outcome([]), "");
});

test("a vote for a place that is not known shows nowhere and breaks nothing", () => {
  assert.deepEqual(order(area(["a"], { Ann: ["gone", 1] })), ["a"]);
});
