// Keeps one wire to the server alive: comes back by itself, finds out when it is half-dead, matches answers to requests, and
// asks again to follow where the page was. Knows nothing of what an area is.

import { decode, encode } from "./protocol.js";

/** A handshake, or the first answer after it, that takes longer counts as failed. */
const HANDSHAKE_MS = 5_000;
/** So long nothing was heard: the wire is asked whether it lives. */
const SILENCE_MS = 20_000;
/** A living wire answers in this time; it is the product's promise. */
const PROBE_MS = 3_000;
/** A probe that takes longer shows as "checking". */
const PROBE_SHOWN_MS = 700;
/** The store answers within two seconds or says that it cannot: who takes longer has lost the request. */
const REQUEST_MS = 8_000;
/** Delays before a new attempt grow to this; the whole page must be current 5 s after a fault clears. */
const DELAY_MS = 3_500;
/** After so many attempts the fault is a long one, and haste only costs. */
const PATIENT_AFTER = 40;
const PATIENT_MS = 15_000;
/** A server may ask for more patience with `bye`, but not for this much. */
const BYE_MS = 30_000;

/** What is told to everyone, whatever they follow. An error that answers nothing is about the wire: its session has ended. */
const NEWS = new Set(["count", "stale", "current", "serverError"]);

/** Errors that go away by themselves: the same request may succeed later. */
export const PASSING = new Set(["storeUnavailable", "overCapacity", "rateLimited", "internal", "notConnected", "connectionLost", "noAnswer"]);

/**
 * `open(heard)` makes a wire, `renewSession()` answers `ok`, `refused` or `unreachable`, `changed(status)` hears of `connecting`,
 * `open`, `checking`, `unavailable` (the server is there, its store is not), `reconnecting`, `offline`, `refused`; `news(event)`
 * of what is told to everyone.
 */
export class Socket {
  status = "connecting";
  /** The server has lost its store, and shows what it knew. */
  stale = false;
  #open;
  #renewSession;
  #changed;
  #news;
  #random;
  #wire = null;
  #opened = false;
  /** The server has said something on this wire. */
  #greeted = false;
  #attempts = 0;
  #requests = new Map();
  #lastId = 0;
  #follower = null;
  /** The `watch` that is not answered yet; null once the follower hears what it asked for. */
  #watching = null;
  #timers = new Map();

  constructor({ open, renewSession, changed = () => {}, news = () => {}, random = Math.random }) {
    this.#open = open;
    this.#renewSession = renewSession;
    this.#changed = changed;
    this.#news = news;
    this.#random = random;
  }

  /**
   * Follows what `follower` says, now and after each return: `where()` is the data of `watch`, `followed(ack)` comes before the
   * first event, `events(list)` gets a frame's events, `refused(error)` an answer that will not change, `lost()` the end of a wire.
   */
  follow(follower) {
    this.#follower = follower;
    if (this.#opened) this.#watch();
    else if (!this.#wire && !this.#timers.has("connect")) this.#connect();
  }

  /** Asks to follow again, from where the follower is: something between was missed. */
  again() {
    if (this.#greeted && !this.#watching) this.#watch();
  }

  /** The browser's cookie is another: the server knows a wire by the one that it came with. */
  renew() {
    this.#lost(0);
  }

  /** The page is shown again, or the network is back: finds out at once what the wire is worth. */
  wake() {
    if (this.#greeted) this.#probe();
    else if (this.#timers.has("connect")) this.#connect();
  }

  /** The answer's data; rejects with `{code, …}`, by the server or `notConnected`, `connectionLost`, `noAnswer`. */
  request(event, { n, data, limit = REQUEST_MS } = {}) {
    return new Promise((done, failed) => {
      if (!this.#greeted) failed({ code: "notConnected" });
      else this.#ask(event, { n, data, limit, done, failed });
    });
  }

  #ask(event, { n, data, limit, done, failed }) {
    const id = ++this.#lastId;
    const answered = (settle) => (value) => {
      clearTimeout(timer);
      this.#requests.delete(id);
      settle(value);
    };
    const timer = setTimeout(() => this.#requests.get(id)?.failed({ code: "noAnswer" }), limit);
    this.#requests.set(id, { done: answered(done), failed: answered(failed) });
    try {
      this.#wire.send(encode(event, { id, n, data }));
    } catch {
      this.#requests.get(id).failed({ code: "connectionLost" });
    }
    return id;
  }

  #connect() {
    this.#drop();
    this.#attempts += 1;
    this.#after("handshake", HANDSHAKE_MS, () => this.#failed());
    try {
      this.#wire = this.#open({
        opened: () => {
          this.#opened = true;
          this.#watch();
        },
        text: (frame) => this.#heard(frame),
        closed: () => (this.#greeted ? this.#lost(this.#delay()) : this.#failed()),
      });
    } catch {
      this.#failed();
    }
  }

  #drop() {
    for (const name of [...this.#timers.keys()]) this.#stop(name);
    const wire = this.#wire;
    this.#wire = null;
    this.#opened = this.#greeted = this.stale = false;
    this.#watching = null;
    wire?.close();
    for (const request of [...this.#requests.values()]) request.failed({ code: "connectionLost" });
  }

  #lost(delay) {
    this.#drop();
    this.#became("reconnecting");
    this.#follower?.lost();
    this.#after("connect", delay, () => this.#connect());
  }

  /** No socket: a new session may help, and whether it is to be had says what is wrong. */
  async #failed() {
    this.#drop();
    const delay = this.#delay();
    this.#after("connect", delay + HANDSHAKE_MS, () => this.#connect());
    const found = await this.#renewSession();
    if (this.#wire || !this.#timers.has("connect")) return;
    this.#became({ ok: "reconnecting", refused: "refused" }[found] ?? "offline");
    this.#after("connect", delay, () => this.#connect());
  }

  #watch() {
    const follower = this.#follower;
    const watch = (this.#watching = {});
    const current = (then) => (value) => {
      if (this.#watching === watch) then(value);
    };
    this.#stop("watch");
    this.#ask("watch", {
      data: follower.where(),
      limit: HANDSHAKE_MS,
      done: current((ack) => {
        this.#watching = null;
        this.#attempts = 0;
        this.#became("open");
        follower.followed(ack);
      }),
      failed: current((error) => this.#notFollowed(follower, error)),
    });
  }

  #notFollowed(follower, error) {
    if (error.code === "noAnswer") this.#lost(0);
    else if (PASSING.has(error.code)) {
      this.#attempts += 1;
      this.#became("unavailable");
      this.#after("watch", Math.max(error.retryInMs ?? 0, this.#delay()), () => this.#watch());
    } else {
      follower.refused(error);
    }
  }

  #heard(frame) {
    this.#greeted = true;
    for (const timer of ["handshake", "probe", "checking"]) this.#stop(timer);
    this.#after("silence", SILENCE_MS, () => this.#probe());
    if (this.status === "checking") this.#became("open");
    const wire = this.#wire;
    let events = [];
    const hand = () => {
      if (events.length) this.#follower.events(events);
      events = [];
    };
    for (const event of decode(frame)) {
      if (event.id !== undefined) {
        hand();
        this.#answer(event);
      } else if (event.event === "bye") this.#bye(event.data);
      else if (NEWS.has(event.event)) this.#hear(event);
      // Until the answer to `watch`, what comes is still of the place before.
      else if (!this.#watching) events.push(event);
      if (this.#wire !== wire) return;
    }
    hand();
  }

  #hear(event) {
    if (["stale", "current"].includes(event.event)) this.stale = event.event === "stale";
    this.#news(event);
  }

  #answer({ event, id, data }) {
    const request = this.#requests.get(id);
    if (event === "ack") request?.done(data);
    else request?.failed(data);
  }

  /** The server is about to go: come back when it says, so that not all come at once. */
  #bye({ retryInMs = 0 }) {
    const delay = Math.min(retryInMs, BYE_MS);
    this.#follower?.lost();
    this.#drop();
    this.#attempts = 0;
    this.#became("reconnecting");
    this.#after("connect", delay, () => this.#connect());
  }

  #probe() {
    if (this.#timers.has("probe")) return;
    this.#after("checking", PROBE_SHOWN_MS, () => this.#became("checking"));
    this.#after("probe", PROBE_MS, () => this.#lost(0));
    const ignored = () => {};
    this.#ask("getMe", { limit: PROBE_MS, done: ignored, failed: ignored });
  }

  /** Grows with each attempt, and is random so that a thousand pages do not come back in one moment. */
  #delay() {
    const most = this.#attempts > PATIENT_AFTER ? PATIENT_MS : Math.min(DELAY_MS, 500 * 1.7 ** this.#attempts);
    return most * (0.3 + 0.7 * this.#random());
  }

  #became(status) {
    if (status === this.status) return;
    this.status = status;
    this.#changed(status);
  }

  #after(name, delay, then) {
    this.#stop(name);
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      then();
    }, delay);
    this.#timers.set(name, timer);
  }

  #stop(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
