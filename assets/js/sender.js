// Sends a change until its fate is known. "Not known" is answered with the same change and the same n, which counts once.

import { PASSING } from "./socket.js";

const PAUSE_MS = 600;
const PAUSE_MAX_MS = 3_000;

export class Sender {
  #socket;
  #pauses = new Set();
  #ended = false;

  constructor(socket) {
    this.#socket = socket;
  }

  /**
   * The ack's data. Tries while `ready()` and the clock is before `until`; rejects with the last error after that, or with
   * `{code: "dropped"}` once `dropped()` says that nobody wants it any more. `waiting(bool)` hears whether it waits for a connection.
   * `n` is a number, or a function that gives it once all is `ready()`.
   */
  async send(event, { n, data, until, ready, dropped = () => false, waiting = () => {} }) {
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 1.5, PAUSE_MAX_MS)) {
      try {
        if (!ready()) throw { code: "notConnected" };
        if (typeof n === "function") n = n();
        waiting(false);
        return await this.#socket.request(event, { n, data });
      } catch (error) {
        if (this.#ended || dropped()) throw { code: "dropped" };
        if (!PASSING.has(error.code)) throw error;
        waiting(true);
        await this.#pause(Math.min(Math.max(error.retryInMs ?? 0, pause), until - Date.now()));
        if (this.#ended || dropped()) throw { code: "dropped" };
        if (Date.now() >= until) throw error;
      }
    }
  }

  /** Something has changed that may let a waiting change through. */
  wake() {
    for (const end of [...this.#pauses]) end();
  }

  /** Nothing is sent any more: another area is looked at. */
  end() {
    this.#ended = true;
    this.wake();
  }

  #pause(delay) {
    return new Promise((done) => {
      const end = () => {
        clearTimeout(timer);
        this.#pauses.delete(end);
        done();
      };
      const timer = setTimeout(end, delay);
      this.#pauses.add(end);
    });
  }
}
