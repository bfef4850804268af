import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Choice } from "../../assets/js/choice.js";
import { openDetour } from "../../assets/js/detour.js";
import { Socket } from "../../assets/js/socket.js";
import { brokenStorage, fakeStorage, fakeWires, pass, settled, stopClock } from "./fakes.js";

const MINUTES = 60_000;

beforeEach(() => stopClock());
afterEach(() => mock.timers.reset());

/** A page's socket with the choice behind it; `rest` is what asking for a session answers. */
function setUp({ storage = fakeStorage(), rest = "ok", load } = {}) {
  const [sockets, events] = [fakeWires(), fakeWires()];
  const network = { rest };
  const { open, renewSession } = new Choice({
    renewSession: async () => network.rest,
    storage: () => storage,
    openSocket: sockets.open,
    load: load ?? (async () => ({ openDetour: (heard, back) => openDetour(heard, back, events.open) })),
  });
  const socket = new Socket({ open, renewSession, random: () => 0 });
  socket.follow({ where: () => ({ area: "lunch" }), followed() {}, events() {}, refused() {}, lost() {} });
  return { socket, sockets: sockets.wires, events: events.wires, network, storage };
}

/** The latest wire stands, and the page is live on it. */
function stands(wire) {
  wire.opened();
  wire.ack("watch", { area: "lunch" });
}

/** The latest socket fails, and the page tries something anew. */
async function fails({ sockets, events }, wires = sockets) {
  const before = sockets.length + events.length;
  wires.at(-1).end();
  for (let i = 0; i < 100 && sockets.length + events.length === before; i++) await pass(100);
}

/** So long the stream goes on, with its heartbeats, whatever else happens. */
async function streams({ events }, ms) {
  for (let left = ms; left > 0; left -= 10_000) {
    events.at(-1).say([]);
    await pass(Math.min(left, 10_000), 1_000);
  }
}

/** On events, as where sockets are blocked. */
async function blocked(options) {
  const all = setUp(options);
  await fails(all);
  await fails(all);
  await settled();
  stands(all.events[0]);
  return all;
}

test("after two sockets that failed while REST worked, events take over, and the page is live", async () => {
  const all = setUp();
  await fails(all);
  assert.deepEqual([all.sockets.length, all.events.length], [2, 0], "once is not enough");
  await fails(all);
  await settled();
  assert.deepEqual([all.sockets.length, all.events.length], [2, 1]);
  stands(all.events[0]);
  assert.equal(all.socket.status, "open");
});

test("while REST fails too it is offline, and no sign that sockets are blocked", async () => {
  const all = setUp({ rest: "unreachable" });
  for (let i = 0; i < 4; i++) await fails(all);
  assert.equal(all.socket.status, "offline");
  all.network.rest = "ok";
  await fails(all);
  assert.equal(all.events.length, 0, "the first failure while REST works");
});

test("a socket that worked in between begins the count anew", async () => {
  const all = setUp();
  await fails(all);
  stands(all.sockets[1]);
  await fails(all);
  await fails(all);
  assert.equal(all.events.length, 0);
});

test("the socket is tried every five minutes beside the events, and taken when it answers", async () => {
  const all = await blocked();
  const { socket, sockets, events } = all;
  await streams(all, 5 * MINUTES - 2_000);
  assert.equal(sockets.length, 2);
  await streams(all, 3_000);
  assert.equal(sockets.length, 3);
  sockets[2].end();
  await streams(all, 5 * MINUTES);
  assert.equal(sockets.length, 4);
  sockets[3].opened();
  assert.ok(!events.at(-1).closed, "events go on until the socket has answered");
  sockets[3].ack("getMe");
  assert.ok(events.at(-1).closed && sockets[3].closed);
  await pass(1_000);
  assert.equal(sockets.length, 5);
  stands(sockets[4]);
  assert.equal(socket.status, "open");
  const before = sockets.length;
  await pass(4_000);
  assert.equal(sockets.length, before, "nothing is tried any more");
});

test("a socket that opens and lets nothing through is not taken", async () => {
  const all = await blocked();
  const { sockets, events } = all;
  await streams(all, 5 * MINUTES + 100);
  sockets[2].opened();
  await streams(all, 5_100);
  assert.ok(sockets[2].closed);
  assert.equal(events.filter(({ closed }) => !closed).length, 1);
});

test("where events fail too while REST works, the socket has its turn again", async () => {
  const all = await blocked();
  for (let i = 0; i < 3; i++) await fails(all, all.events);
  assert.equal(all.sockets.length, 3);
});

test("the choice is kept for the tab, but not for longer than until the next try", async () => {
  const storage = fakeStorage();
  await blocked({ storage });
  const again = setUp({ storage });
  await settled();
  assert.deepEqual([again.sockets.length, again.events.length], [0, 1]);
  mock.timers.setTime(Date.now() + 6 * MINUTES);
  assert.equal(setUp({ storage }).sockets.length, 1);
  // Nor does a clock that was set back keep a page from its socket.
  mock.timers.setTime(Date.now() - 600 * MINUTES);
  assert.equal(setUp({ storage }).sockets.length, 1);
});

test("a tab that keeps nothing chooses all the same", async () => {
  const { events } = await blocked({ storage: brokenStorage });
  assert.equal(events.length, 1);
});

test("where even the way by events cannot be fetched, it goes on trying", async () => {
  const all = setUp({ load: async () => Promise.reject(new Error("no")) });
  await fails(all);
  await fails(all);
  for (let i = 0; i < 40 && all.sockets.length < 3; i++) await pass(500);
  assert.equal(all.sockets.length, 3);
});
