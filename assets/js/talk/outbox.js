// What this browser says in an area and what is not known to be there yet: from Enter to the ack, through waits and lost connections,
// one message after the other. Knows the area it belongs to, nothing of the page.

import { WAIT_MS } from "../intents.js";

/** Characters of a message, at most; the server's own limit. */
export const TEXT_MAX = 500;
/** A message that a later change of the same count has overtaken is said anew: so often at most, for two tabs that race. */
const ANEW_MAX = 5;

/** A text as the server would keep it. */
export const trimmed = (text) => text.replace(/\r\n?/g, "\n").replace(/\t/g, " ").normalize("NFC").trim();

/** Characters as the server counts them. */
export const lengthOf = (text) => [...trimmed(text)].length;

export class Outbox {
  /** `{key, room, text, tapped, phase, error}`, the oldest first. Phases: `sending`, `waiting` (for a connection), `failed` (it was refused, or waited too long). */
  items = [];
  /** So many have been acknowledged. */
  sent = 0;
  #area;
  #memory;
  #sender;
  #changed;
  #said;
  #lost;
  #busy = false;
  #last = 0;

  /** `said(message)`: it is there. `lost(item)`: this browser has no name here any more. */
  constructor(area, { memory, sender, changed, said, lost }) {
    this.#area = area;
    this.#memory = memory;
    this.#sender = sender;
    this.#changed = changed;
    this.#said = said;
    this.#lost = lost;
  }

  say(room, text) {
    this.#add({ room, text: trimmed(text), tapped: Date.now(), phase: "sending", error: null, n: 0 });
  }

  /** Those of the page before a reload. What waited too long meanwhile is only sent if the person still wants it. */
  resume(items) {
    const late = { phase: "failed", error: { code: "noAnswer" } };
    for (const item of items) this.#add({ ...item, ...(item.phase !== "failed" && Date.now() - item.tapped > WAIT_MS && late) });
  }

  #add(item) {
    this.items = [...this.items, { ...item, key: `mine ${(this.#last += 1)}` }];
    this.#changed();
    this.#pump();
  }

  /** The person wants a failed one sent after all: what became of the first try is not known, so it is the same `n`. */
  again(item) {
    Object.assign(item, { tapped: Date.now(), phase: "sending", error: null });
    this.#changed();
    this.#pump();
  }

  drop(item) {
    this.items = this.items.filter((other) => other !== item);
    this.#changed();
  }

  dropAll() {
    this.items = [];
  }

  /** Whether one is on its way there: its event may come before its ack. */
  isUnderWay = (room) => this.items.some((item) => item.room === room && item.phase !== "failed");

  async #pump() {
    if (this.#busy) return;
    this.#busy = true;
    for (let item; (item = this.items.find(({ phase }) => phase !== "failed")); ) await this.#send(item);
    this.#busy = false;
  }

  async #send(item, times = 1) {
    const area = this.#area;
    try {
      const { id, at } = await this.#sender.send("addChat", {
        // A vote that is on its way has the smaller number, and would be taken for an old one after this: it goes first.
        ready: () => area.settled && Boolean(area.me) && !area.ballot.underWay,
        // Whatever becomes of the connection, it is sent with this number, and so counts once.
        n: () => (item.n ||= this.#memory.nextN(area.now())),
        data: { room: item.room, text: item.text },
        until: item.tapped + WAIT_MS,
        dropped: () => !this.items.includes(item),
        waiting: (waits) => {
          item.phase = waits ? "waiting" : "sending";
          this.#changed();
        },
      });
      if (id === undefined && times < ANEW_MAX) {
        item.n = 0;
        return await this.#send(item, times + 1);
      }
      if (id === undefined) throw { code: "internal" };
      this.sent += 1;
      this.drop(item);
      this.#said({ ...area.me, room: item.room, id, text: item.text, at });
    } catch (error) {
      this.#failed(item, error);
    }
  }

  #failed(item, error) {
    if (error.code === "dropped") return this.drop(item);
    if (error.code === "notJoined") {
      this.drop(item);
      return this.#lost(item);
    }
    Object.assign(item, { phase: "failed", error });
    this.#changed();
  }
}
