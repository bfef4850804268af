// One area as this browser lives in it: follows it, knows who this browser is there, and puts right after a return what the store
// has lost. Knows nothing of the page; `changed()` says that something is to be drawn, `told(notice)` that something is to be said.

import { Ballot } from "./ballot.js";
import { toRestore } from "./intents.js";
import { compared } from "./names.js";
import { Sender } from "./sender.js";
import { PASSING } from "./socket.js";
import { apply, begin, runOf, voteOf } from "./state.js";
import { say, sayError } from "./texts.js";

/** A person at a form waits this long for a passing fault, then reads what is wrong. */
const FORM_MS = 10_000;
/** Who this browser is could not be said, or not be believed: asked again after this, and so many times. */
const AGAIN_MS = 1_500;
const DOUBTS = 2;
/** What was heard is kept for the activity, up to so many changes: more than it shows. */
const HEARD_MAX = 200;
/** Who comes back this many lifetimes later is not told any more that a vote has ended: that was another lunch. */
const TELL_LIFETIMES = 3;

export class Area {
  /** What everyone sees; null until the server has told it. */
  state = null;
  /** What was heard of the area in its order, changes and whole states: what activity.js makes its lines of. */
  heard = [];
  /** `{username, img, expiresAt}` while this browser holds a name here. */
  me = null;
  /** The act that waits for a name: `{fs, by?}`. */
  asking = null;
  /** The server does not take this area's name. */
  refusal = null;
  /** When that was so, ms of our clock, where it is only what this browser had kept; with no state, when the last was that is over. */
  asOf = 0;
  /** All that the server had for us since the last return is here. */
  live = false;
  /** Who we are is known, and what was lost is being put right: acts may go out. */
  settled = false;
  ballot;
  #socket;
  #memory;
  #sender;
  #changed;
  #told;
  #followed = false;
  /** The answer to the last `getMe`; null while it is under way. */
  #who = null;
  #doubts = 0;
  #turned = false;
  /** Store's time minus ours, ms. */
  #offset = 0;

  constructor(name, { socket, memory, lifetime, changed, told }) {
    Object.assign(this, { name, lifetime });
    this.#socket = socket;
    this.#memory = memory;
    this.#sender = new Sender(socket);
    this.#changed = changed;
    this.#told = told;
    this.ballot = new Ballot(this, { memory, sender: this.#sender, changed, told });
  }

  /** The id of the place that this browser's user stands for. */
  get vote() {
    return this.me ? voteOf(this.state, this.me.username) : undefined;
  }

  /** The name and the picture that the form begins with. */
  get suggested() {
    return this.me ?? { username: this.#memory.name, img: this.#memory.img };
  }

  /** A time of the store on this machine's clock, ms. */
  local = (at) => at - this.#offset;

  /** The store's time now, ms. */
  now = () => Date.now() + this.#offset;

  /** What this browser had kept, until the server tells how it stands; null when that is over. */
  recall(data, asOf) {
    const { held } = this.#memory.inArea(this.name);
    this.state = data && begin(data);
    this.asOf = asOf;
    const expiresAt = held ? held.at + this.lifetime : 0;
    this.me = data && expiresAt > this.now() ? { ...held, expiresAt } : null;
    this.#changed();
  }

  // What the socket calls.

  where() {
    const { epoch, seq } = this.state ?? {};
    return { area: this.name, epoch: epoch || undefined, seq: epoch ? seq : undefined };
  }

  followed({ at }) {
    this.#setClock(at);
    this.#followed = true;
    this.live = this.settled = false;
    this.#askMe();
    this.#changed();
  }

  lost() {
    this.#followed = this.live = this.settled = false;
    this.#doubts = 0;
    this.#changed();
  }

  refused(error) {
    this.refusal = error;
    this.#changed();
  }

  events(list) {
    for (const event of list) {
      const { state, outcome } = apply(this.state, event, this.lifetime);
      if (outcome === "gap") {
        this.live = false;
        this.#socket.again();
        break;
      }
      this.state = state;
      if (outcome === "next") this.#mine(event);
      if (outcome === "next" && event.event !== "presence") this.heard = [...this.heard, event].slice(-HEARD_MAX);
      // The whole area in the midst of things: the store may be another, which has lost our name and our vote.
      if (event.event === "updates" && this.settled) {
        this.settled = false;
        this.#askMe();
      }
      // Changes come first, then presence: with it, or with the whole, all is here.
      if (event.event === "presence" || event.event === "updates") {
        this.live = true;
        this.asOf = 0;
      }
    }
    this.ballot.finish();
    this.#settle();
    this.#changed();
  }

  /** What an event says of this browser's own user. */
  #mine({ event, at, data }) {
    const isMe = (name) => this.me && compared(name || "") === compared(this.me.username);
    if (event === "cleared") {
      this.#forget();
      this.#told({ text: say("clearedAll") });
    } else if (isMe(event === "user" ? data.username : event === "renamed" && data.from)) {
      this.me = { ...this.me, username: data.username, img: data.img ?? "" };
    } else if (event === "vote" && isMe(data.username)) {
      this.me = { ...this.me, expiresAt: at + this.lifetime };
    } else if (event === "userLeft" && isMe(data.username)) {
      if (data.reason === "expired") this.#tellOver();
      this.#forget();
    }
  }

  /** Our two hours are over; what our vote was for is one tap away. */
  #tellOver() {
    const { fs } = this.#memory.inArea(this.name).intent ?? {};
    this.#told({ text: say("expired"), actions: fs ? [[say("voteAgain"), () => this.castVote(fs)]] : [] });
  }

  #forget() {
    this.me = null;
    this.#memory.keepInArea(this.name, { held: null, intent: null });
  }

  #setClock(at) {
    if (at) this.#offset = at - Date.now();
  }

  /** The server said that this browser holds a name here. */
  #hold({ username, img = "", expiresAt = this.now() + this.lifetime }, epoch) {
    this.me = { username, img, expiresAt };
    if (epoch) this.#memory.keepInArea(this.name, { held: { username, img, at: expiresAt - this.lifetime, epoch } });
  }

  // Who we are, after each return.

  async #askMe() {
    this.#who = null;
    try {
      this.#who = await this.#socket.request("getMe");
      this.#settle();
      this.#changed();
    } catch (error) {
      if (PASSING.has(error.code) && error.code !== "connectionLost") setTimeout(() => this.#followed && this.#askMe(), AGAIN_MS);
    }
  }

  /** Another tab of this browser took or left a name here: the server sees who we are when we follow anew. */
  otherTab() {
    this.#socket.again();
  }

  /** This browser is the other device of somebody, and follows anew as that one. An act that waits for a name waits for theirs. */
  turned() {
    this.me = null;
    this.ballot.drop();
    this.#turned = true;
    this.#socket.renew();
  }

  /** Who we have become is known; without a name here, it is still asked for. */
  #welcome() {
    this.#turned = false;
    if (!this.me) return;
    this.#memory.name = this.me.username;
    this.#told({ text: say("claimed", { name: this.me.username }) });
    const act = this.asking;
    this.asking = null;
    if (act?.fs) this.ballot.cast(act.fs);
  }

  /** The server has its store again; it may not have been able to tell who we are. */
  backInTouch() {
    this.#sender.wake();
    if (!this.me) this.#socket.again();
  }

  /** Once the state and who we are are known: takes the name and casts the vote again, where the store has lost them. */
  async #settle() {
    if (!this.live || !this.#who || !this.state) return;
    const who = this.#who;
    this.#who = null;
    const { held, intent } = this.#memory.inArea(this.name);
    const known = { held, intent, state: this.state, now: this.now(), lifetime: this.lifetime };
    const { join, vote } = toRestore({ ...known, me: who.username ?? null });
    if (who.username) this.#hold(who, this.state.epoch);
    else if (join) await this.#joinAgain(join);
    else if (this.#isOdd(held)) return this.#doubt();
    else this.#gone(held);
    this.#doubts = 0;
    this.settled = this.#followed;
    if (this.#turned) this.#welcome();
    if (this.me && vote && !this.ballot.pending) this.ballot.restore(vote, intent);
    else if (this.me) this.ballot.resume(intent);
    this.#sender.wake();
    this.#changed();
  }

  /** The server says we hold no name, but the state shows ours: it could not ask its store, or the name is another's by now. */
  #isOdd(held) {
    if (!held || this.#doubts >= DOUBTS || runOf(held.epoch) !== runOf(this.state.epoch)) return false;
    return this.now() - held.at < this.lifetime && this.state.users.has(compared(held.username));
  }

  #doubt() {
    this.#doubts += 1;
    setTimeout(() => this.#followed && this.#socket.again(), AGAIN_MS);
  }

  /** We hold no name (any more). */
  #gone(held) {
    this.me = null;
    if (!held) return;
    const ago = this.now() - held.at;
    if (ago >= this.lifetime && ago < TELL_LIFETIMES * this.lifetime) this.#tellOver();
    if (!this.state.users.has(compared(held.username))) this.#forget();
  }

  async #joinAgain({ username, img }) {
    this.me = null;
    try {
      await this.#add(username, img);
    } catch (error) {
      if (error.code !== "nameTaken") return;
      this.#forget();
      this.#told({ text: say("nameLost", { name: username }) });
    }
  }

  // Acts.

  /** Begins the two hours of our vote anew. */
  keepVote() {
    const fs = this.state.venues.get(this.vote);
    if (fs) this.ballot.cast(fs);
  }

  /** Casts the vote; without a name, the name is asked first, where the act began: `by` is `map` on the map. */
  castVote(fs, by) {
    if (this.me) this.ballot.cast(fs);
    else this.asking = by ? { fs, by } : { fs };
    this.#changed();
  }

  takeBack() {
    this.ballot.cast(null, { was: this.state.venues.get(this.vote) });
  }

  /** The server does not know us here: the name is asked, then the vote is cast. */
  nameGone(fs) {
    this.#forget();
    this.asking = fs && { fs };
  }

  cancelName() {
    this.asking = null;
    this.#changed();
  }

  /** Takes (or changes) the name and the picture, then does the act that waited for it. Rejects with the server's error. */
  async takeName(username, img = this.suggested.img) {
    await this.#add(username, img);
    this.#memory.name = this.me.username;
    this.#memory.img = this.me.img;
    const act = this.asking;
    this.asking = null;
    if (act?.fs) this.ballot.cast(act.fs);
    this.#changed();
  }

  async #add(username, img) {
    const ack = await this.#sender.send("add", {
      // Once the store's time is known.
      n: () => this.#memory.nextN(this.now()),
      data: { ...this.where(), username, img: img || undefined },
      until: Date.now() + FORM_MS,
      ready: () => this.#followed,
    });
    this.#setClock(ack.at);
    this.#hold({ username, img, ...ack }, ack.epoch);
  }

  /** An act was acknowledged; one that renews the two hours does so from now. */
  acted({ at, epoch }, renews) {
    this.#setClock(at);
    const { held } = this.#memory.inArea(this.name);
    if (!renews || !at) return;
    if (this.me) this.me = { ...this.me, expiresAt: at + this.lifetime };
    if (held) this.#memory.keepInArea(this.name, { held: { ...held, at, epoch } });
  }

  /** Signs out: the vote is withdrawn, the name is free. */
  async leave() {
    const { username } = this.me;
    const fs = this.state?.venues.get(this.vote);
    try {
      await this.#sender.send("leave", { n: this.#memory.nextN(this.now()), until: Date.now() + FORM_MS, ready: () => this.settled });
    } catch (error) {
      return this.#told({ text: sayError(error), warn: true });
    }
    this.#forget();
    this.ballot.drop();
    const back = () => {
      this.asking = { fs };
      this.takeName(username).catch((error) => this.#told({ text: sayError(error), warn: true }));
    };
    this.#told({ text: say("left", { area: this.name }), actions: [[say("comeBack"), back]] });
    this.#changed();
  }

  /** Another area is looked at: nothing more is sent for this one. */
  end() {
    this.#sender.end();
  }
}
