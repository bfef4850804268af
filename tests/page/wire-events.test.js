import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { openEvents } from "../../assets/js/wire-events.js";
import { fakeServer, pass, settled, stopClock } from "./fakes.js";

beforeEach(() => stopClock());
afterEach(() => mock.timers.reset());

/** An open wire, what it told, and the server it told it of. */
async function opened() {
  const server = fakeServer();
  const seen = { opened: 0, told: [], closed: 0 };
  const heard = { opened: () => (seen.opened += 1), text: (frame) => seen.told.push(JSON.parse(frame)), closed: () => (seen.closed += 1) };
  const wire = openEvents(heard, { fetch: server.fetch });
  assert.equal(seen.opened, 0, "not before who opens it has it");
  await settled();
  assert.equal(seen.opened, 1);
  const ask = (event, more = {}) => wire.send(JSON.stringify({ event, ...more }));
  return { wire, server, seen, ask };
}

/** The same, following lunch. */
async function following() {
  const all = await opened();
  all.ask("watch", { id: 1, data: { area: "lunch" } });
  const stream = await all.server.streams();
  stream.say({ event: "ack", data: { area: "lunch", at: 5 } });
  await settled();
  return { ...all, stream };
}

test("watching is opening a stream, whose first message is the ack", async () => {
  const { server, seen, stream } = await following();
  assert.equal(server.asked[0].path, "/api/areas/lunch/events");
  assert.deepEqual(seen.told, [{ event: "ack", id: 1, data: { area: "lunch", at: 5 } }]);
  stream.say([{ event: "count", data: { live: 3 } }]);
  await settled();
  assert.deepEqual(seen.told[1], [{ event: "count", data: { live: 3 } }]);
});

test("who comes back asks from where the page was, and no area is the live count alone", async () => {
  const { server, ask } = await opened();
  ask("watch", { id: 1, data: { area: "mittag-é", epoch: "r 1", seq: 7 } });
  await server.streams();
  ask("watch", { id: 2 });
  await server.streams(2);
  assert.deepEqual(server.asked.map(({ path }) => path), ["/api/areas/mittag-%C3%A9/events?since=r%201-7", "/api/events"]);
});

test("messages arrive whole, however the network cuts them", async () => {
  const { seen, stream } = await following();
  const bytes = new TextEncoder().encode('retry: 1000\n:\nid: r.1-1\ndata: {"event":"user",\ndata: "data":{"username":"Zoë"}}\n\n');
  for (const byte of bytes) stream.bytes(Uint8Array.of(byte));
  await settled();
  await settled();
  await pass(100);
  assert.deepEqual(seen.told.slice(1), [{ event: "user", data: { username: "Zoë" } }]);
});

for (const [event, data, method, path, body] of [
  ["add", { area: "lunch", username: "Ann", img: "emoji:🍜", epoch: "r.1", seq: 3 }, "PUT", "/me", { username: "Ann", img: "emoji:🍜", n: 9 }],
  ["addVote", { fs: { id: "a" } }, "PUT", "/vote", { fs: { id: "a" }, n: 9 }],
  ["removeVote", undefined, "DELETE", "/vote?n=9"],
  ["leave", undefined, "DELETE", "/me?n=9"],
  ["getMe", undefined, "GET", "/me"],
  ["getVotes", undefined, "GET", ""],
  ["getUsers", undefined, "GET", ""],
  ["getRooms", undefined, "GET", "/rooms"],
  ["addRoom", { with: "Bob" }, "POST", "/rooms", { with: "Bob", n: 9 }],
  ["getChat", { room: "general", before: "1-2", limit: 5 }, "GET", "/rooms/general/chat?before=1-2&limit=5"],
  ["addChat", { room: "general", text: "Thai?" }, "POST", "/rooms/general/chat", { text: "Thai?", n: 9 }],
]) {
  test(`${event} is a call, and its answer the ack or the error with the same id`, async () => {
    const { server, seen, ask } = await following();
    ask(event, { id: 7, n: 9, data });
    const call = await server.call();
    assert.deepEqual([call.method, call.path, call.body], [method, `/api/areas/lunch${path}`, body]);
    call.answer(200, { epoch: "r.1", seq: 4, at: 6 });
    ask(event, { id: 8, n: 10, data });
    await settled();
    (await server.call(2)).answer(409, { code: "nameTaken", message: "m", free: "Ann 2", retryInMs: 5 });
    await settled();
    assert.deepEqual(seen.told.slice(1), [
      { event: "ack", id: 7, data: { epoch: "r.1", seq: 4, at: 6 } },
      { event: "serverError", id: 8, data: { code: "nameTaken", message: "m", free: "Ann 2", retryInMs: 5 } },
    ]);
    assert.equal(seen.closed, 0);
  });
}

test("a change waits for the one before it, a question does not", async () => {
  const { server, ask } = await following();
  ask("addVote", { id: 2, n: 1, data: { fs: { id: "a" } } });
  ask("removeVote", { id: 3, n: 2 });
  ask("getMe", { id: 4 });
  await settled();
  assert.deepEqual(server.calls.map(({ method }) => method).sort(), ["GET", "PUT"]);
  server.calls.find(({ method }) => method === "PUT").answer(200, {});
  assert.equal((await server.call(3)).method, "DELETE");
});

test("a refused stream says why, by the server's own code", async () => {
  const { server, seen, ask } = await opened();
  ask("watch", { id: 1, data: { area: "lunch" } });
  (await server.call()).answer(503, { code: "storeUnavailable", message: "m" });
  await settled();
  assert.deepEqual(seen.told, [{ event: "serverError", id: 1, data: { code: "storeUnavailable", message: "m" } }]);
  ask("watch", { id: 2, data: { area: "lunch" } });
  (await server.call(2)).answer(200);
  assert.equal(seen.closed, 0, "it can be asked again");
});

for (const [what, answer] of [
  ["a session that has ended", (call) => call.answer(401, { code: "noSession", message: "m" })],
  ["a session that was signed out", (call) => call.answer(401, { code: "signedOut", message: "m" })],
  ["a page by a proxy", (call) => call.answer(502, "<h1>Bad gateway</h1>")],
  ["a broken network", (call) => call.fail()],
]) {
  test(`${what} ends the wire, once`, async () => {
    for (const event of ["watch", "removeVote"]) {
      const { server, seen, ask } = await following();
      ask(event, { id: 2, data: { area: "lunch" } });
      answer(await server.call(event === "watch" ? 2 : 1));
      await settled();
      assert.equal(seen.closed, 1, event);
      assert.equal(seen.told.length, 1);
    }
  });
}

test("a stream that ends is the end of the wire", async () => {
  const { seen, stream } = await following();
  stream.end();
  await settled();
  assert.equal(seen.closed, 1);
});

test("a stream without heartbeats is dead, one with them lives", async () => {
  const { seen, stream } = await following();
  for (let i = 0; i < 4; i++) {
    await pass(15_000, 1_000);
    stream.say([]);
    await settled();
  }
  assert.equal(seen.closed, 0);
  await pass(20_100, 1_000);
  assert.equal(seen.closed, 1);
  assert.ok(stream.aborted());
});

test("after a sleep REST alone does not say that the wire lives", async () => {
  const { seen, server, ask } = await following();
  mock.timers.setTime(Date.now() + 3_600_000);
  ask("getMe", { id: 5 });
  await settled();
  assert.equal(server.calls.length, 0);
  assert.equal(seen.closed, 1);
});

test("without an area there is nobody to be, and nothing to vote in", async () => {
  const { seen, ask } = await opened();
  ask("getMe", { id: 1 });
  ask("addVote", { id: 2, data: { fs: { id: "a" } } });
  ask("dance", { id: 3 });
  assert.deepEqual(seen.told.map(({ event, id, data }) => [event, id, data.code]), [["ack", 1, undefined], ["serverError", 2, "notWatching"], ["serverError", 3, "unknownEvent"]]);
});

test("another area takes the stream's place, and what still comes of the first is not told", async () => {
  const { seen, server, stream, ask } = await following();
  ask("watch", { id: 2, data: { area: "dinner" } });
  const other = await server.streams(2);
  assert.ok(stream.aborted());
  stream.say({ event: "count", data: { live: 1 } });
  other.say({ event: "ack", data: { area: "dinner", at: 6 } });
  await settled();
  assert.deepEqual(seen.told.map(({ id, data }) => [id, data.area]), [[1, "lunch"], [2, "dinner"]]);
  assert.equal(seen.closed, 0);
});

test("a wire that was closed tells nothing more", async () => {
  const { wire, seen, server, stream, ask } = await following();
  ask("getMe", { id: 2 });
  const call = await server.call();
  wire.close();
  call.answer(200, {});
  stream.say({ event: "count", data: { live: 1 } });
  stream.end();
  await pass(60_000, 10_000);
  assert.deepEqual([seen.told.length, seen.closed], [1, 0]);
});
