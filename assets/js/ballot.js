// This browser's vote in one area while it is under way: from the tap to the ack, through waits and lost connections. Knows the
// area it belongs to, nothing of the page.

import { WAIT_MS, isFresh } from "./intents.js";
import { PASSING } from "./socket.js";
import { runOf } from "./state.js";
import { say } from "./texts.js";

export class Ballot {
  /**
   * What was tapped and is not over: `{fs, was, n, tapped, phase, error}`. `fs` is null for a vote taken back, `was` is then what it
   * was for. Phases: `saving`, `waiting` (for a connection), `saved` (acknowledged, not shown yet), `asks` (it waited too
   * long), `failed` (refused).
   */
  pending = null;
  #area;
  #memory;
  #sender;
  #changed;
  #told;

  constructor(area, { memory, sender, changed, told }) {
    this.#area = area;
    this.#memory = memory;
    this.#sender = sender;
    this.#changed = changed;
    this.#told = told;
  }

  /** It may be sent at any moment, with the number that it has. */
  get underWay() {
    return ["saving", "waiting"].includes(this.pending?.phase);
  }

  /** A new intent: it takes the place of any before it, in every tab. */
  cast(fs, more = {}) {
    const act = { ...more, fs, n: this.#memory.nextN(this.#area.now()), tapped: Date.now() };
    const { n, tapped, again } = act;
    this.#memory.keepInArea(this.#area.name, { intent: { fs, n, tapped, again } });
    this.#perform(act);
  }

  /** The person was asked about a vote that waited too long, and says yes. */
  sendAgain() {
    if (this.pending) this.cast(this.pending.fs, { was: this.pending.was });
  }

  /** And no. */
  forget() {
    this.#memory.keepInArea(this.#area.name, { intent: null });
    this.pending = null;
    this.#changed();
  }

  drop() {
    this.pending = null;
  }

  /** After a reload: an intent that was on its way goes on with its own n, so that it counts once. */
  resume(intent) {
    const under = intent && !intent.at && !this.pending && isFresh(intent, Date.now());
    if (under) this.#perform({ ...intent });
  }

  /** Casts what the store has lost; kept first, so that of several tabs one does it, and once. */
  restore(fs, intent) {
    const again = runOf(this.#area.state.epoch);
    this.#memory.keepInArea(this.#area.name, { intent: { ...intent, again } });
    this.cast(fs, { again });
  }

  async #perform(act) {
    const area = this.#area;
    act.phase = "saving";
    this.pending = act;
    this.#changed();
    try {
      const ack = await this.#sender.send(act.fs ? "addVote" : "removeVote", {
        n: act.n,
        data: act.fs ? { fs: act.fs } : undefined,
        until: act.tapped + WAIT_MS,
        ready: () => area.settled,
        dropped: () => this.pending !== act,
        waiting: (waits) => {
          act.phase = waits ? "waiting" : "saving";
          this.#changed();
        },
      });
      this.#acked(act, ack);
    } catch (error) {
      if (error.code !== "dropped" && this.pending === act) this.#failed(act, error);
    }
  }

  #acked(act, ack) {
    const { epoch, seq, at } = ack;
    const { intent } = this.#memory.inArea(this.#area.name);
    if (intent?.n === act.n) this.#memory.keepInArea(this.#area.name, { intent: { ...intent, at, epoch } });
    this.#area.acted(ack, Boolean(act.fs));
    if (this.pending === act) Object.assign(act, { phase: "saved", epoch, seq });
    this.finish();
    this.#changed();
  }

  /** A saved act is over when the state shows it, so that nothing flickers between the ack and the event. */
  finish() {
    const { pending: act } = this;
    const { state, vote } = this.#area;
    if (act?.phase !== "saved" || !state) return;
    if (act.epoch === state.epoch && state.seq < act.seq) return;
    this.pending = null;
    const text = vote && say(act.again ? "castAgain" : "voted", { name: state.venues.get(vote).name });
    if (act.fs && vote) this.#told({ text, quiet: !act.again });
    if (act.fs || vote || !act.was) return;
    const undo = () => this.#area.castVote(act.was);
    this.#told({ text: say("withdrawn", { name: act.was.name }), actions: [[say("undo"), undo]] });
  }

  #failed(act, error) {
    if (error.code === "notJoined") {
      this.pending = null;
      this.#area.nameGone(act.fs && { fs: act.fs });
    } else {
      Object.assign(act, { phase: PASSING.has(error.code) ? "asks" : "failed", error });
    }
    this.#changed();
  }
}
