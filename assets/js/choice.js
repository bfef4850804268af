// Which wire the page takes: the socket, or where a network blocks it the detour, by events and REST. When one fails twice while REST
// works, it is the other's turn. The choice is kept for the tab; how the way back is found, detour.js knows.

import { openWebSocket } from "./wire.js";

/** The first may be a session that had ended, or a server that was just coming back. */
const FAILURES = 2;
/** Networks change when people walk: that is how long it takes at most until that is found. */
const AGAIN_MS = 300_000;
const KEY = "wte.wire";

/** `open` and `renewSession` are for the socket of socket.js, which knows nothing of the choice. */
export class Choice {
  /** When the socket was last found to be blocked; 0 while it is the wire. */
  #blocked = 0;
  #failures = 0;
  #renew;
  #storage;
  #openSocket;
  #load;

  /** `storage()` is the tab's, and may throw. */
  constructor({ renewSession, storage, openSocket = openWebSocket, load = () => import("./detour.js") }) {
    this.#renew = renewSession;
    this.#storage = storage;
    this.#openSocket = openSocket;
    this.#load = load;
    try {
      const ago = Date.now() - storage().getItem(KEY);
      if (ago >= 0 && ago < AGAIN_MS) this.#blocked = Date.now() - ago;
    } catch {
      // Then the choice holds until the page is loaded anew.
    }
  }

  open = (heard) => {
    const text = (frame) => {
      this.#failures = 0;
      heard.text(frame);
    };
    return this.#blocked ? this.#detour({ ...heard, text }) : this.#openSocket({ ...heard, text });
  };

  /** Asked for when a wire has failed; the answer tells whether REST works. */
  renewSession = async () => {
    const found = await this.#renew();
    this.#failures = found === "ok" ? this.#failures + 1 : 0;
    if (this.#failures >= FAILURES) this.#keep(this.#blocked ? 0 : Date.now());
    return found;
  };

  #keep(at) {
    this.#blocked = at;
    this.#failures = 0;
    try {
      this.#storage().setItem(KEY, String(at));
    } catch {
      // As above.
    }
  }

  /** A wire whose code has to be fetched first. */
  #detour(heard) {
    let wire = null;
    let over = false;
    const back = {
      openSocket: this.#openSocket,
      inMs: () => this.#blocked + AGAIN_MS - Date.now(),
      found: (works) => this.#keep(works ? 0 : Date.now()),
    };
    this.#load().then(
      ({ openDetour }) => over || (wire = openDetour(heard, back)),
      () => over || heard.closed(),
    );
    return {
      send: (frame) => wire.send(frame),
      close() {
        over = true;
        wire?.close();
      },
    };
  }
}
