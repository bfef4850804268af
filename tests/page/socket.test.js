import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Socket } from "../../assets/js/socket.js";
import { openWebSocket } from "../../assets/js/wire.js";
import { fakeWires, pass, settled, stopClock } from "./fakes.js";

const vote = (seq) => ({ event: "voteRemoved", epoch: "r.1", seq, at: 1, data: { username: "Ann" } });

beforeEach(() => stopClock());
afterEach(() => mock.timers.reset());

/** A socket that follows, with all that it did. `session` is what asking for one answers. */
function setUp({ session = "ok", random = () => 1 } = {}) {
  const { wires, open } = fakeWires();
  const seen = { statuses: [], events: [], news: [], lost: 0, followed: 0, refused: [], sessions: 0 };
  const follower = {
    position: {},
    where: () => ({ area: "lunch", ...follower.position }),
    followed: () => (seen.followed += 1),
    events: (list) => seen.events.push(...list),
    refused: (error) => seen.refused.push(error),
    lost: () => (seen.lost += 1),
  };
  const renewSession = async () => {
    seen.sessions += 1;
    return session;
  };
  const socket = new Socket({ open, renewSession, random, changed: (status) => seen.statuses.push(status), news: (event) => seen.news.push(event) });
  socket.follow(follower);
  return { socket, wires, seen, follower, wire: () => wires.at(-1) };
}

/** The same, connected and following. */
function connected(options) {
  const all = setUp(options);
  all.wire().opened();
  all.wire().ack("watch", { area: "lunch" });
  return all;
}

test("it follows as soon as the wire is open, and is open when the server says so", () => {
  const { socket, wire, seen } = setUp();
  assert.equal(socket.status, "connecting");
  wire().opened();
  assert.deepEqual(wire().sent[0], { event: "watch", id: 1, data: { area: "lunch" } });
  assert.equal(socket.status, "connecting");
  wire().ack("watch", { area: "lunch" });
  assert.equal(socket.status, "open");
  assert.equal(seen.followed, 1);
});

test("answers find the request that asked, in any order", async () => {
  const { socket, wire } = connected();
  const [first, second] = [socket.request("getMe"), socket.request("addVote", { n: 5, data: { fs: { id: "a" } } })];
  const [a, b] = wire().sent.slice(-2);
  assert.deepEqual(b, { event: "addVote", id: b.id, n: 5, data: { fs: { id: "a" } } });
  wire().say({ event: "serverError", id: b.id, data: { code: "notJoined", message: "" } }, { event: "ack", id: a.id, data: { username: "Ann" } });
  assert.equal((await first).username, "Ann");
  await assert.rejects(second, { code: "notJoined" });
  wire().say({ event: "ack", id: 999, data: {} });
});

test("a request has a time limit, and one on a lost wire fails at once", async () => {
  const { socket, wire } = connected();
  const slow = assert.rejects(socket.request("addVote"), { code: "noAnswer" });
  // Something is heard now and then, so the wire itself is not in doubt.
  for (let i = 0; i < 9; i++) {
    await pass(1_000);
    wire().say({ event: "count", data: { live: i } });
  }
  await slow;
  const lost = assert.rejects(socket.request("addVote"), { code: "connectionLost" });
  wire().end();
  await lost;
  await assert.rejects(socket.request("addVote"), { code: "notConnected" });
});

test("events before the answer to watch are of the place before and are dropped; after it they come, also in one frame", () => {
  const { socket, wire, seen } = connected();
  socket.again();
  wire().say(vote(1));
  assert.deepEqual(seen.events, []);
  const { id } = wire().asked("watch");
  wire().say(vote(2), { event: "ack", id, data: {} }, vote(3), vote(4));
  assert.deepEqual(seen.events.map((event) => event.seq), [3, 4]);
});

test("asking again while the answer is awaited asks once", () => {
  const { socket, wire } = connected();
  socket.again();
  socket.again();
  assert.equal(wire().sent.filter((frame) => frame.event === "watch").length, 2);
});

test("following something else on the same wire drops what is still to come of the first", () => {
  const { socket, wire, seen } = setUp();
  wire().opened();
  const first = wire().asked("watch").id;
  const other = { got: [], where: () => ({ area: "dinner" }), followed: () => (other.is = true), events: (list) => other.got.push(...list) };
  socket.follow(other);
  const second = wire().asked("watch").id;
  wire().say({ event: "ack", id: first, data: {} }, vote(1));
  assert.equal(seen.followed, 0);
  wire().say({ event: "ack", id: second, data: {} }, vote(2));
  assert.ok(other.is);
  assert.deepEqual(other.got.map((event) => event.seq), [2]);
  assert.deepEqual(seen.events, []);
});

test("a lost wire comes back by itself and asks from where the page was", async () => {
  const { wires, wire, seen, follower, socket } = connected();
  follower.position = { epoch: "r.1", seq: 7 };
  wire().end();
  assert.equal(socket.status, "reconnecting");
  assert.equal(seen.lost, 1);
  await pass(1_000);
  assert.equal(wires.length, 2);
  wire().opened();
  assert.deepEqual(wire().sent[0].data, { area: "lunch", epoch: "r.1", seq: 7 });
  wire().ack("watch");
  assert.equal(socket.status, "open");
});

test("delays grow, stay under the five seconds a fault may cost, and are random", async () => {
  const waits = async (random) => {
    stopClock();
    const { wires } = setUp({ random: () => random });
    const at = [];
    for (let i = 0; i < 12; i++) {
      const [before, count] = [Date.now(), wires.length];
      wires.at(-1).end();
      while (wires.length === count) await pass(50, 50);
      at.push(Date.now() - before);
    }
    return at;
  };
  const [long, short] = [await waits(1), await waits(0)];
  assert.ok(long[0] < long[1] && long[1] < long[2] && long[2] < long[3], String(long));
  assert.ok(Math.max(...long) <= 5_000, String(long));
  assert.ok(short[5] < long[5] / 2, String(short));
});

test("after twenty silent seconds the wire is asked, and an answer in time keeps it", async () => {
  const { wires, wire, socket } = connected();
  await pass(19_900);
  assert.equal(wire().asked("getMe"), undefined);
  await pass(200);
  wire().ack("getMe", {});
  await pass(10_000);
  assert.equal(wires.length, 1);
  assert.equal(socket.status, "open");
});

test("a half-dead wire is found after three seconds and replaced without a delay", async () => {
  const { wires, wire, socket, seen } = connected();
  await pass(20_000);
  assert.ok(wire().asked("getMe"));
  await pass(1_000);
  assert.equal(socket.status, "checking");
  await pass(2_100);
  assert.ok(wires[0].closed);
  assert.equal(wires.length, 2);
  assert.equal(seen.lost, 1);
});

test("a page that is shown again asks at once, and comes back at once from a wait", async () => {
  const { wires, wire, socket } = connected();
  socket.wake();
  assert.ok(wire().asked("getMe"));
  socket.wake();
  assert.equal(wire().sent.filter((frame) => frame.event === "getMe").length, 1);
  wire().end();
  assert.equal(wires.length, 1);
  socket.wake();
  assert.equal(wires.length, 2);
  socket.wake();
  assert.equal(wires.length, 2);
});

test("a handshake that says nothing for five seconds asks for a session and tries again", async () => {
  const { wires, seen, socket } = setUp();
  wires[0].opened();
  await pass(4_900);
  assert.equal(seen.sessions, 0);
  await pass(200);
  assert.equal(seen.sessions, 1);
  assert.ok(wires[0].closed);
  assert.equal(socket.status, "reconnecting");
  await pass(2_000);
  assert.equal(wires.length, 2);
});

test("a refused handshake says whether it is offline, or cookies are refused", async () => {
  for (const [session, status] of [["ok", "reconnecting"], ["unreachable", "offline"], ["refused", "refused"]]) {
    const { socket, wire } = setUp({ session });
    wire().end();
    await settled();
    assert.equal(socket.status, status);
  }
});

test("bye is obeyed: no wire until then, one after", async () => {
  const { wires, wire, socket, seen } = connected();
  wire().say({ event: "bye", data: { retryInMs: 3_000 } });
  assert.equal(socket.status, "reconnecting");
  assert.equal(seen.lost, 1);
  await pass(2_900);
  assert.equal(wires.length, 1);
  await pass(200);
  assert.equal(wires.length, 2);
});

test("a bye without end is not waited for", async () => {
  const { wires, wire } = connected();
  wire().say({ event: "bye", data: { retryInMs: 9e12 } });
  await pass(30_100, 1_000);
  assert.equal(wires.length, 2);
});

test("a server without its store is asked again; an area it will not have is not", async () => {
  const { wire, seen, socket, wires } = setUp();
  wire().opened();
  wire().refuse("watch", "storeUnavailable");
  assert.equal(socket.status, "unavailable");
  await pass(4_000);
  assert.equal(wires.length, 1);
  assert.equal(wire().sent.filter((frame) => frame.event === "watch").length, 2);
  wire().refuse("watch", "badArea");
  assert.deepEqual(seen.refused.map((error) => error.code), ["badArea"]);
  await pass(10_000);
  assert.equal(wire().sent.filter((frame) => frame.event === "watch").length, 2);
});

test("a rate limit is waited for as long as it says", async () => {
  const { wire } = setUp();
  wire().opened();
  wire().refuse("watch", "rateLimited", { retryInMs: 9_000 });
  const watches = () => wire().sent.filter((frame) => frame.event === "watch").length;
  await pass(8_900);
  assert.equal(watches(), 1);
  await pass(200);
  assert.equal(watches(), 2);
});

test("an error that answers nothing is news, and says nothing of the store", () => {
  const { wire, seen, socket } = connected();
  wire().say({ event: "stale", data: {} }, { event: "serverError", data: { code: "signedOut", message: "m" } });
  assert.deepEqual(seen.news.map(({ event, data }) => data.code ?? event), ["stale", "signedOut"]);
  assert.ok(socket.stale);
});

test("what everyone is told comes through, whatever is followed, and a new wire is not stale", async () => {
  const { wire, seen, socket } = connected();
  wire().say({ event: "count", data: { live: 42 } }, { event: "stale", data: { since: 1 } });
  assert.deepEqual(seen.news.map((event) => event.event), ["count", "stale"]);
  assert.deepEqual(seen.events, []);
  assert.ok(socket.stale);
  wire().say({ event: "current", data: {} });
  assert.ok(!socket.stale);
  wire().say({ event: "stale", data: {} });
  wire().end();
  assert.ok(!socket.stale);
});

test("garbage on the wire harms nothing and proves that it lives", async () => {
  const { wires, wire, socket } = connected();
  await pass(20_500);
  assert.ok(wire().asked("getMe"));
  wire().say({ event: "nobody knows this" });
  await pass(5_000);
  assert.equal(wires.length, 1);
  assert.equal(socket.status, "open");
});

test("a wire that was closed is heard no more, whatever still arrives on it", () => {
  const made = [];
  class WebSocket {
    constructor(address) {
      this.address = address;
      this.sent = [];
      made.push(this);
    }
    send(frame) {
      this.sent.push(frame);
    }
    close() {
      this.ended = true;
    }
  }
  const heard = [];
  const hear = { opened: () => heard.push("opened"), text: (frame) => heard.push(frame), closed: () => heard.push("closed") };
  const wire = openWebSocket(hear, { WebSocket, location: { protocol: "https:", host: "eat.example" } });
  const [socket] = made;
  assert.equal(socket.address, "wss://eat.example/ws");
  socket.onopen();
  socket.onmessage({ data: "{}" });
  wire.send("x");
  wire.close();
  socket.onmessage?.({ data: "late" });
  socket.onclose?.();
  assert.deepEqual(heard, ["opened", "{}"]);
  assert.deepEqual(socket.sent, ["x"]);
  assert.ok(socket.ended);
});
