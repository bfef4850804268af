// Stand-ins for what the page meets outside: a wire, a socket, a storage, a clock.

import { mock } from "node:test";

/** Time stands still until a test moves it. */
export const START = 1_795_340_000_000;
export function stopClock(now = START) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now });
}

/** The machine sleeps: the time is another, and no timer has fired meanwhile. */
export const sleepUntil = (now) => mock.timers.setTime(now);

/** Lets every promise that can go on do so. */
export async function settled() {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Moves the clock in small steps, so that timers which promises set are met too. */
export async function pass(ms, step = 100) {
  await settled();
  for (let left = ms; left > 0; left -= step) {
    mock.timers.tick(Math.min(step, left));
    await settled();
  }
}

/** Wires as `wire.js` opens them; `wires.at(-1)` is the latest. */
export function fakeWires() {
  const wires = [];
  const open = (heard) => {
    const wire = {
      sent: [],
      closed: false,
      send: (frame) => wire.sent.push(JSON.parse(frame)),
      close: () => (wire.closed = true),
      opened: () => heard.opened(),
      /** The server says this. */
      say: (...events) => wire.closed || heard.text(JSON.stringify(events.length === 1 ? events[0] : events)),
      /** The wire ends by itself. */
      end: () => wire.closed || heard.closed(),
      /** The last request of that name. */
      asked: (event) => wire.sent.findLast((frame) => frame.event === event),
      ack: (event, data = {}) => wire.say({ event: "ack", id: wire.asked(event).id, data }),
      refuse: (event, code, more = {}) => wire.say({ event: "serverError", id: wire.asked(event).id, data: { code, message: code, ...more } }),
    };
    wires.push(wire);
    return wire;
  };
  return { wires, open };
}

/** As localStorage, shared by all that are given it. */
export function fakeStorage() {
  const kept = new Map();
  const storage = {};
  const hidden = (value) => ({ value, enumerable: false });
  return Object.defineProperties(storage, {
    getItem: hidden((key) => kept.get(key) ?? null),
    setItem: hidden((key, value) => {
      kept.set(key, value);
      storage[key] = value;
    }),
    removeItem: hidden((key) => {
      kept.delete(key);
      delete storage[key];
    }),
  });
}

export const brokenStorage = {
  getItem() {
    throw new Error("denied");
  },
  setItem() {
    throw new Error("denied");
  },
};

/**
 * A server that is asked by fetch: `call(k)` is the k-th call, to be answered, `streams(k)` the k-th event stream, which may tell
 * things. Both wait until it is there.
 */
export function fakeServer() {
  const asked = [];
  const open = [];
  const calls = [];
  const fetch = (path, { method = "GET", body, signal } = {}) =>
    new Promise((done, failed) => {
      const call = { path, method, body: body && JSON.parse(body), fail: () => failed(new TypeError("Failed to fetch")) };
      call.answer = (status, said) => done(new Response(typeof said === "string" ? said : JSON.stringify(said ?? {}), { status }));
      asked.push(call);
      if (!/events(\?|$)/.test(path)) return calls.push(call);
      let gone = false;
      const body_ = new ReadableStream({ start: (to) => (call.to = to) });
      signal.addEventListener("abort", () => {
        gone = true;
        call.to.error(signal.reason);
      });
      call.bytes = (bytes) => gone || call.to.enqueue(bytes);
      call.say = (frame) => call.bytes(new TextEncoder().encode(`data: ${JSON.stringify(frame)}\n\n`));
      call.end = () => gone || call.to.close();
      call.aborted = () => gone;
      call.begin = () => done(new Response(body_));
      open.push(call);
    });
  const nth = async (list, k) => {
    for (let i = 0; i < 10 && list.length < k; i++) await settled();
    return list[k - 1];
  };
  const streams = async (k = 1) => {
    const stream = await nth(open, k);
    stream.begin();
    await settled();
    return stream;
  };
  /** Among all that was asked where the stream itself is refused. */
  const call = async (k = 1) => (await nth(calls, k)) ?? (await nth(open, k));
  return { asked, calls, fetch, streams, call };
}
