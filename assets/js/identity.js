// Who this browser is in one area: the name that it holds, for how long, and what is put right after a return where the store has
// lost it. Knows the area it is for, and nothing of the page.

import { toRestore } from "./intents.js";
import { compared } from "./names.js";
import { PASSING } from "./socket.js";
import { runOf } from "./state.js";
import { say } from "./texts.js";

/** A person at a form waits this long for a passing fault, then reads what is wrong. */
const FORM_MS = 10_000;
/** Who this browser is could not be said, or not be believed: asked again after this, and so many times. */
const AGAIN_MS = 1_500;
const DOUBTS = 2;
/** Who comes back this many lifetimes later is not told any more that a vote has ended: that was another lunch. */
const TELL_LIFETIMES = 3;

export class Identity {
  /** `{username, img, expiresAt}` while this browser holds a name here. */
  me = null;
  /** Who we are is known, and what was lost is being put right: acts may go out. */
  settled = false;
  #area;
  #socket;
  #memory;
  #sender;
  #changed;
  #told;
  #followed = false;
  /** The answer to the last `getMe`; null while it is under way. */
  #who = null;
  #doubts = 0;
  #turned = "";

  constructor(area, { socket, memory, sender, changed, told }) {
    this.#area = area;
    this.#socket = socket;
    this.#memory = memory;
    this.#sender = sender;
    this.#changed = changed;
    this.#told = told;
  }

  get #kept() {
    return this.#memory.inArea(this.#area.name);
  }

  /** The name and the picture that the form begins with. */
  get suggested() {
    return this.me ?? { username: this.#memory.name, img: this.#memory.img };
  }

  /** Until the server tells: who we were, if that is not over. With nothing `known` of the area we were nobody there. */
  recall(known) {
    const { held } = this.#kept;
    const expiresAt = held ? held.at + this.#area.lifetime : 0;
    this.me = known && expiresAt > this.#area.now() ? { ...held, expiresAt } : null;
  }

  followed() {
    this.#followed = true;
    this.ask();
  }

  lost() {
    this.#followed = this.settled = false;
    this.#doubts = 0;
  }

  /** What an event says of this browser's own user. */
  heard({ event, at, data }) {
    const isMe = (name) => this.me && compared(name || "") === compared(this.me.username);
    if (event === "cleared") {
      this.forget();
      this.#told({ text: say("clearedAll") });
    } else if (isMe(event === "user" ? data.username : event === "renamed" && data.from)) {
      this.me = { ...this.me, username: data.username, img: data.img ?? "" };
    } else if (event === "vote" && isMe(data.username)) {
      this.me = { ...this.me, expiresAt: at + this.#area.lifetime };
    } else if (event === "userLeft" && isMe(data.username)) {
      if (data.reason === "expired") this.#tellOver();
      this.forget();
    }
  }

  forget() {
    this.me = null;
    this.#memory.keepInArea(this.#area.name, { held: null, intent: null });
  }

  /** Our two hours are over; what our vote was for is one tap away. */
  #tellOver() {
    const { fs } = this.#kept.intent ?? {};
    this.#told({ text: say("expired"), actions: fs ? [[say("voteAgain"), () => this.#area.castVote(fs)]] : [] });
  }

  /** The server said that this browser holds a name here. */
  #hold({ username, img = "", expiresAt = this.#area.now() + this.#area.lifetime }, epoch) {
    this.me = { username, img, expiresAt };
    const held = { username, img, at: expiresAt - this.#area.lifetime, epoch };
    if (epoch) this.#memory.keepInArea(this.#area.name, { held });
  }

  /** An act renewed our two hours. */
  renewed(at, epoch) {
    const { held } = this.#kept;
    if (this.me) this.me = { ...this.me, expiresAt: at + this.#area.lifetime };
    if (held) this.#memory.keepInArea(this.#area.name, { held: { ...held, at, epoch } });
  }

  /** Asks the server who we are, and settles it once all of the area is here. */
  async ask() {
    this.#who = null;
    this.settled = false;
    try {
      this.#who = await this.#socket.request("getMe");
      this.settle();
      this.#changed();
    } catch (error) {
      if (PASSING.has(error.code) && error.code !== "connectionLost") setTimeout(() => this.#followed && this.ask(), AGAIN_MS);
    }
  }

  /** This browser is the other device of somebody, and follows anew as that one; `quietly` where that is told otherwise. */
  turned(quietly) {
    this.me = null;
    this.#turned = quietly ? "quietly" : "aloud";
    this.#socket.renew();
  }

  /** Once the state and who we are are known: takes the name and casts the vote again, where the store has lost them. */
  async settle() {
    const { state, live, ballot, lifetime } = this.#area;
    if (!live || !this.#who || !state) return;
    const who = this.#who;
    this.#who = null;
    const { held, intent } = this.#kept;
    const { join, vote } = toRestore({ held, intent, state, now: this.#area.now(), lifetime, me: who.username ?? null });
    if (who.username) this.#hold(who, state.epoch);
    else if (join) await this.#joinAgain(join);
    else if (this.#isOdd(held)) return this.#doubt();
    else this.#gone(held);
    this.#doubts = 0;
    this.settled = this.#followed;
    this.#area.knows();
    if (this.#turned) this.#welcome();
    if (this.me && vote && !ballot.pending) ballot.restore(vote, intent);
    else if (this.me) ballot.resume(intent);
    this.#sender.wake();
    this.#changed();
  }

  /** The server says we hold no name, but the state shows ours: it could not ask its store, or the name is another's by now. */
  #isOdd(held) {
    const { state } = this.#area;
    if (!held || this.#doubts >= DOUBTS || runOf(held.epoch) !== runOf(state.epoch)) return false;
    return this.#area.now() - held.at < this.#area.lifetime && state.users.has(compared(held.username));
  }

  #doubt() {
    this.#doubts += 1;
    setTimeout(() => this.#followed && this.#socket.again(), AGAIN_MS);
  }

  /** We hold no name (any more). */
  #gone(held) {
    this.me = null;
    if (!held) return;
    const { lifetime } = this.#area;
    const ago = this.#area.now() - held.at;
    if (ago >= lifetime && ago < TELL_LIFETIMES * lifetime) this.#tellOver();
    if (!this.#area.state.users.has(compared(held.username))) this.forget();
  }

  async #joinAgain({ username, img }) {
    this.me = null;
    try {
      await this.add(username, img);
    } catch (error) {
      if (error.code !== "nameTaken") return;
      this.forget();
      this.#told({ text: say("nameLost", { name: username }) });
    }
  }

  /** Who we have become is known; without a name here, it is still asked for. */
  #welcome() {
    const aloud = this.#turned === "aloud";
    this.#turned = "";
    if (!this.me) return;
    if (aloud) {
      this.#memory.name = this.me.username;
      this.#told({ text: say("claimed", { name: this.me.username }) });
    }
    this.#area.named();
  }

  /** Takes the name, and is known by it. Rejects with the server's error. */
  async add(username, img) {
    const ack = await this.#sender.send("add", {
      // Once the store's time is known.
      n: () => this.#memory.nextN(this.#area.now()),
      data: { ...this.#area.where(), username, img: img || undefined },
      until: Date.now() + FORM_MS,
      ready: () => this.#followed,
    });
    this.#area.setClock(ack.at);
    this.#hold({ username, img, ...ack }, ack.epoch);
  }

  /** A name that the person chose is offered elsewhere, too. */
  async choose(username, img) {
    await this.add(username, img);
    this.#memory.name = this.me.username;
    this.#memory.img = this.me.img;
  }

  /** Gives the name back. Rejects with the server's error. */
  async leave() {
    const n = this.#memory.nextN(this.#area.now());
    await this.#sender.send("leave", { n, until: Date.now() + FORM_MS, ready: () => this.settled });
    this.forget();
  }
}
