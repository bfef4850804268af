import assert from "node:assert/strict";
import { test } from "node:test";

import { LINES_MAX, activity } from "../../assets/js/activity.js";
import { say } from "../english.js";

const RAMEN = { id: "ramen", name: "Ramen" };
const THAI = { id: "thai", name: "Thai" };

/** Changes of one area, numbered by their times. */
const user = (at, username) => ({ event: "user", at, data: { username, img: "" } });
const vote = (at, username, fs) => ({ event: "vote", at, data: { username, img: "", fs } });
const back = (at, username) => ({ event: "voteRemoved", at, data: { username } });
const left = (at, username, reason = "left") => ({ event: "userLeft", at, data: { username, reason } });
const renamed = (at, from, username) => ({ event: "renamed", at, data: { from, username, img: "" } });
/** A whole state: `{Ann: [joined, place, voted]}`. */
const whole = (people) => ({
  event: "updates",
  data: {
    users: Object.entries(people).map(([username, [at]]) => ({ username, img: "", at })),
    venues: [RAMEN, THAI],
    votes: Object.entries(people).filter(([, [, fs]]) => fs).map(([username, [, fs, at]]) => ({ username, img: "", id: fs.id, at })),
  },
});

const told = (...heard) => activity(heard).map(({ kind, at, username, place, from }) => `${at} ${say(kind, { name: username, place, from })}`);

test("a whole state tells who joined and who voted, newest first", () => {
  assert.deepEqual(told(whole({ Ann: [1, RAMEN, 4], Bob: [2], Cem: [3, RAMEN, 5] })), [
    "5 Cem voted for Ramen.",
    "4 Ann voted for Ramen.",
    "3 Cem joined.",
    "2 Bob joined.",
    "1 Ann joined.",
  ]);
});

test("every change is a line, and a vote that moves says from where", () => {
  const heard = [user(1, "Ann"), vote(2, "Ann", RAMEN), vote(3, "Ann", THAI), back(4, "ANN"), vote(5, "Ann", RAMEN), left(6, "Ann")];
  assert.deepEqual(told(...heard).reverse(), [
    "1 Ann joined.",
    "2 Ann voted for Ramen.",
    "3 Ann moved from Ramen to Thai.",
    "4 ANN took back the vote for Thai.",
    "5 Ann voted for Ramen.",
    "6 Ann left.",
  ]);
});

test("whose two hours are over did not leave", () => {
  assert.equal(told(user(1, "Ann"), left(9, "Ann", "expired"))[0], "9 Ann’s two hours are over.");
});

test("what moves on from a whole state knows where it comes from", () => {
  assert.deepEqual(told(whole({ Ann: [1, RAMEN, 2] }), vote(3, "Ann", THAI)), ["3 Ann moved from Ramen to Thai.", "2 Ann voted for Ramen.", "1 Ann joined."]);
});

test("a whole state after a gap doubles nothing, and adds what was missed", () => {
  const before = [user(1, "Ann"), vote(2, "Ann", RAMEN)];
  assert.deepEqual(told(...before, whole({ Ann: [1, RAMEN, 2] })), told(...before));
  assert.deepEqual(told(...before, whole({ Ann: [1, THAI, 5], Bob: [3, THAI, 4] })), [
    "5 Ann moved from Ramen to Thai.",
    "4 Bob voted for Thai.",
    "3 Bob joined.",
    "2 Ann voted for Ramen.",
    "1 Ann joined.",
  ]);
});

test("who took another name during a gap has not joined again", () => {
  assert.deepEqual(told(user(1, "Ann"), vote(2, "Ann", RAMEN), whole({ Anna: [1, RAMEN, 2] })), ["2 Ann voted for Ramen.", "1 Ann joined."]);
});

test("another name takes along what it stands for", () => {
  assert.deepEqual(told(user(1, "Ann"), vote(2, "Ann", RAMEN), renamed(3, "Ann", "Anna"), vote(4, "Anna", THAI)).slice(0, 2), [
    "4 Anna moved from Ramen to Thai.",
    "3 Ann is now Anna.",
  ]);
});

test("a renewed vote and a new picture are no lines", () => {
  const before = [user(1, "Ann"), vote(2, "Ann", RAMEN)];
  assert.deepEqual(told(...before, vote(3, "Ann", RAMEN), user(4, "Ann"), renamed(5, "Ann", "Ann")), told(...before));
});

test("who comes back after leaving joins again", () => {
  assert.equal(told(user(1, "Ann"), left(2, "Ann"), user(3, "ann")).length, 3);
});

test("of what was cleared nothing is told", () => {
  const cleared = { event: "cleared", at: 9, data: { reason: "expired" } };
  assert.deepEqual(told(user(1, "Ann"), cleared, user(10, "Ann")), ["10 Ann joined."]);
});

test("a long day keeps its newest lines", () => {
  const heard = Array.from({ length: 150 }, (_, i) => user(i, `Guest ${i}`));
  const lines = activity(heard);
  assert.equal(lines.length, LINES_MAX);
  assert.equal(lines[0].at, 149);
});

test("lines can be told apart, and stay the same line", () => {
  const heard = [user(1, "Ann"), user(1, "Bob"), vote(1, "Ann", RAMEN), vote(1, "Bob", RAMEN)];
  const ids = activity(heard).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(activity([...heard, user(2, "Cem")]).slice(1).map(({ id }) => id), ids);
});

/** What the server tells of the time before, up to change `seq`. */
const before = (seq, ...acts) => ({ epoch: "r.1", seq, acts: acts.map(([at, kind, username, place, from]) => ({ at, kind, username, img: "", place, from })) });
const numbered = (seq, change) => ({ ...change, epoch: "r.1", seq });
const stateAt = (seq, people) => ({ event: "updates", data: { ...whole(people).data, epoch: "r.1", seq } });
const toldWith = (past, ...heard) => activity(heard, past).map(({ kind, at, username, place, from }) => `${at} ${say(kind, { name: username, place, from })}`);

test("what the server tells of the time before stands for what was heard up to there", () => {
  const past = before(7, [6, "left", "Bob"], [5, "moved", "Ann", "Thai", "Ramen"], [1, "joined", "Ann"]);
  const heard = [stateAt(6, { Ann: [1, THAI, 5] }), numbered(7, left(6, "Bob")), numbered(8, vote(8, "Ann", RAMEN))];
  assert.deepEqual(toldWith(past, ...heard), ["8 Ann moved from Thai to Ramen.", "6 Bob left.", "5 Ann moved from Ramen to Thai.", "1 Ann joined."]);
});

test("what the server tells does not help where it does not reach to what was heard", () => {
  const heard = [stateAt(9, { Ann: [1, THAI, 5] })];
  assert.deepEqual(toldWith(before(8, [6, "left", "Bob"]), ...heard), told(...heard));
  assert.deepEqual(toldWith({ ...before(9, [6, "left", "Bob"]), epoch: "another" }, ...heard), told(...heard));
});

test("of what was cleared nothing is told, whoever knew it", () => {
  const heard = [stateAt(2, { Ann: [1] }), numbered(3, { event: "cleared", at: 9, data: { reason: "expired" } }), { ...user(10, "Cem"), epoch: "r.2", seq: 1 }];
  assert.deepEqual(toldWith(before(2, [1, "joined", "Ann"]), ...heard), ["10 Cem joined."]);
});

test("an act is the same line, whoever told of it", () => {
  const heard = [stateAt(0, {}), numbered(1, user(1, "Ann")), numbered(2, vote(2, "Ann", RAMEN))];
  const past = before(2, [2, "voted", "Ann", "Ramen"], [1, "joined", "Ann"]);
  assert.deepEqual(activity(heard, past), activity(heard));
});
