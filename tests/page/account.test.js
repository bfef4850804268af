// The account's calls, and when a browser takes itself for signed out.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { deleteAccount, endSession, isLeaving, keepName, ownAccount, signIn, signOut } from "../../assets/js/account.js";
import { Memory } from "../../assets/js/memory.js";
import { isLongEnough } from "../../assets/js/views/account/passphrase.js";
import { signedOut } from "../../assets/js/views/signed-out.js";
import { sayError } from "../english.js";
import { fakeServer, fakeStorage, settled, stopClock } from "./fakes.js";

const realFetch = globalThis.fetch;
let server;

beforeEach(() => {
  stopClock();
  server = fakeServer();
  globalThis.fetch = server.fetch;
});
afterEach(() => {
  globalThis.fetch = realFetch;
  mock.timers.reset();
});

/** A browser that is signed in as Ann, as far as it knows. */
function browser() {
  const memory = new Memory(fakeStorage());
  memory.account = memory.name = "Ann";
  const seen = { told: [], turned: 0 };
  const look = (told) => signedOut({ told, memory, turn: () => (seen.turned += 1), tell: ({ text }) => seen.told.push(text), account() {} });
  return { memory, seen, look };
}

test("each call asks the server for what it says", async () => {
  for (const [call, method, path, body] of [
    [() => ownAccount(), "GET", "", undefined],
    [() => keepName("Ann", "noodles at noon", ["lunch"]), "POST", "", { username: "Ann", passphrase: "noodles at noon", areas: ["lunch"] }],
    [() => signIn("Ann", "noodles at noon", []), "POST", "/session", { username: "Ann", passphrase: "noodles at noon", areas: [] }],
    [() => endSession("a/b"), "DELETE", "/sessions/a%2Fb", undefined],
    [() => deleteAccount("noodles at noon", ["lunch"]), "DELETE", "", { passphrase: "noodles at noon", areas: ["lunch"] }],
  ]) {
    const answer = call();
    const asked = server.calls.at(-1);
    assert.deepEqual([asked.method, asked.path, asked.body], [method, `/api/account${path}`, body]);
    asked.answer(200, { username: "Ann" });
    assert.deepEqual(await answer, { username: "Ann" });
  }
  mock.timers.tick(10_000);
});

test("what is refused rejects with the server's error, and what does not arrive says so", async () => {
  const refused = ownAccount();
  server.calls.at(-1).answer(403, { code: "wrongPassphrase", message: "m" });
  await assert.rejects(refused, { code: "wrongPassphrase" });
  const lost = ownAccount();
  server.calls.at(-1).fail();
  await assert.rejects(lost, { code: "notConnected" });
});

test("a browser that is told it was signed out is a guest's, and says so", async () => {
  for (const answered of [(call) => call.answer(401, { code: "signedOut" }), (call) => call.answer(200, { username: null }), (call) => call.fail()]) {
    const { memory, seen, look } = browser();
    const told = look(true);
    answered(server.calls.at(-1));
    await told;
    assert.deepEqual([memory.account, memory.name, seen], ["", "", { told: [sayError({ code: "signedOut" })], turned: 1 }]);
  }
});

test("a guest's tab that is told so because another tab signed in goes on as who that is, without a word", async () => {
  const { memory, seen, look } = browser();
  memory.account = memory.name = "";
  const told = look(true);
  server.calls.at(-1).answer(200, { username: "Ann", sessions: [] });
  await told;
  assert.deepEqual([memory.account, memory.name, seen], ["Ann", "Ann", { told: [], turned: 1 }]);
});

test("one that is not told asks, and is one only if the server knows no account", async () => {
  for (const [username, left] of [["Ann", "Ann"], [null, ""]]) {
    const { memory, seen, look } = browser();
    const asked = look();
    server.calls.at(-1).answer(200, { username, sessions: [] });
    await asked;
    assert.deepEqual([memory.account, seen.turned], [left, left ? 0 : 1]);
  }
});

test("who signs out here is not told that it was done elsewhere, but for a call that fails", async () => {
  const { seen, look } = browser();
  const out = signOut();
  await look(true);
  server.calls.at(-1).answer(200, {});
  await out;
  // What the server says of it may come after the answer.
  await look(true);
  assert.equal(seen.turned, 0);
  mock.timers.tick(10_000);
  assert.ok(!isLeaving());
  const failed = deleteAccount("not at all right", []);
  server.calls.at(-1).answer(403, { code: "wrongPassphrase" });
  await assert.rejects(failed);
  await settled();
  const told = look(true);
  server.calls.at(-1).answer(401, { code: "signedOut" });
  await told;
  assert.equal(seen.turned, 1);
});

test("a passphrase is as long as the server counts it", () => {
  for (const [text, long] of [["123456789", false], ["1234567890", true], ["🍜".repeat(9), false], ["🍜".repeat(10), true], ["e\u0301".repeat(9), false]]) {
    assert.equal(isLongEnough(text), long, text);
  }
});
