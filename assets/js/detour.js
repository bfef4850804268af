// The way around a network that blocks WebSockets: events and REST, and beside them, now and then, a look whether the way back is free.
// Loaded only where it is needed.

import { openEvents } from "./wire-events.js";

/** A socket that opens but lets nothing through is blocked as well. */
const ANSWER_MS = 5_000;

/**
 * A wire of the form of wire.js. `back` is the way back: `openSocket(heard)`, `inMs()` until it is to be tried, and `found(works)`, which
 * hears how that went; when it works, this wire ends, and the next one is the socket.
 */
export function openDetour(heard, back, open = openEvents) {
  let timer = 0;
  let socket = null;
  const stop = () => {
    clearTimeout(timer);
    socket?.close();
    socket = null;
  };
  const closed = () => {
    stop();
    heard.closed();
  };
  const wire = open({ ...heard, closed });
  later();

  function later() {
    timer = setTimeout(look, Math.max(back.inMs(), 0));
  }

  /** The events go on meanwhile. */
  function look() {
    timer = setTimeout(() => found(false), ANSWER_MS);
    try {
      socket = back.openSocket({
        opened: () => socket.send(JSON.stringify({ event: "getMe", id: 0 })),
        text: () => found(true),
        closed: () => found(false),
      });
    } catch {
      found(false);
    }
  }

  function found(works) {
    stop();
    back.found(works);
    if (!works) return later();
    wire.close();
    heard.closed();
  }

  return {
    send: wire.send,
    close() {
      stop();
      wire.close();
    },
  };
}
