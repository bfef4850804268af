// One area as this browser lives in it: what everyone sees, and what this browser does there. Who it is there, identity.js knows.
// Knows nothing of the page; `changed()` says that something is to be drawn, `told(notice)` that something is to be said.

import { Ballot } from "./ballot.js";
import { Identity } from "./identity.js";
import { Sender } from "./sender.js";
import { apply, begin, voteOf, whole } from "./state.js";

/** After so many changes a whole state is put between what was heard: as many as the activity shows. */
const CHANGES_MAX = 100;
/** So many whole states are kept, with what came after each; a large one has some 700 kB. */
const WHOLES_MAX = 4;

export class Area {
  /** What everyone sees; null until the server has told it. */
  state = null;
  /** What was heard of the area in its order, a whole state first and changes after it: what activity.js makes its lines of. */
  heard = [];
  /** The act that waits for a name: `{fs, by?}`, or `{by, then}`. */
  asking = null;
  /** The server does not take this area's name. */
  refusal = null;
  /** When that was so, ms of our clock, where it is only what this browser had kept; with no state, when the last was that is over. */
  asOf = 0;
  /** All that the server had for us since the last return is here. */
  live = false;
  ballot;
  /** What is said here; null until `listen` has loaded it. */
  talk = null;
  #listening = null;
  #memory;
  #identity;
  #socket;
  #sender;
  #changed;
  #told;
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
    this.#identity = new Identity(this, { socket, memory, sender: this.#sender, changed, told });
  }

  /** `{username, img, expiresAt}` while this browser holds a name here. */
  get me() {
    return this.#identity.me;
  }

  /** Who we are is known, and what was lost is being put right: acts may go out. */
  get settled() {
    return this.#identity.settled;
  }

  /** The id of the place that this browser's user stands for. */
  get vote() {
    return this.me ? voteOf(this.state, this.me.username) : undefined;
  }

  /** The name and the picture that the form begins with. */
  get suggested() {
    return this.#identity.suggested;
  }

  /** A time of the store on this machine's clock, ms. */
  local = (at) => at - this.#offset;

  /** The store's time now, ms. */
  now = () => Date.now() + this.#offset;

  setClock(at) {
    if (at) this.#offset = at - Date.now();
  }

  /** What this browser had kept, until the server tells how it stands; null when that is over. */
  recall(data, asOf) {
    this.state = data && begin(data);
    this.asOf = asOf;
    this.heard = data ? [{ event: "updates", data }] : [];
    this.#identity.recall(Boolean(data));
    this.#changed();
  }

  /** Resolves with what is said here, once that is loaded: not for who only looks, who may not read it. */
  listen() {
    this.#listening ??= import("./talk/talk.js").then(({ Talk }) => {
      this.talk = new Talk(this, { socket: this.#socket, memory: this.#memory, sender: this.#sender, changed: this.#changed, told: this.#told });
      if (this.settled) this.talk.refresh();
      this.#changed();
      return this.talk;
    });
    this.#listening.catch(() => (this.#listening = null));
    return this.#listening;
  }

  // What the socket calls.

  where() {
    const { epoch, seq } = this.state ?? {};
    return { area: this.name, epoch: epoch || undefined, seq: epoch ? seq : undefined };
  }

  followed({ at }) {
    this.setClock(at);
    this.live = false;
    this.#identity.followed();
    this.#changed();
  }

  lost() {
    this.live = false;
    this.#identity.lost();
    this.#changed();
  }

  refused(error) {
    this.refusal = error;
    this.#changed();
  }

  events(list) {
    for (const event of list) {
      if (event.event === "chat" || event.event === "room") {
        this.talk?.heard(event);
        continue;
      }
      const { state, outcome } = apply(this.state, event, this.lifetime);
      if (outcome === "gap") {
        this.live = false;
        this.#socket.again();
        break;
      }
      this.state = state;
      if (outcome === "next") this.#identity.heard(event);
      if (outcome === "next") this.talk?.heard(event);
      if (outcome === "next" && event.event !== "presence") this.#remember(event);
      // The whole area in the midst of things: the store may be another, which has lost our name and our vote.
      if (event.event === "updates" && this.settled) this.#identity.ask();
      // Changes come first, then presence: with it, or with the whole, all is here.
      if (event.event === "presence" || event.event === "updates") {
        this.live = true;
        this.asOf = 0;
      }
    }
    this.ballot.finish();
    this.#identity.settle();
    this.#changed();
  }

  /** What goes, goes up to a whole state: without one, nobody could tell who had joined and voted before. */
  #remember(event) {
    const heard = [...this.heard, event];
    const wholes = () => heard.flatMap(({ event }, at) => (event === "updates" ? at : []));
    if (heard.length - wholes().at(-1) > CHANGES_MAX) heard.push({ event: "updates", data: whole(this.state) });
    this.heard = heard.slice(wholes().at(-WHOLES_MAX));
  }

  /** Another tab of this browser took or left a name here: the server sees who we are when we follow anew. */
  otherTab() {
    this.#socket.again();
  }

  /** This browser is the other device of somebody from now on. An act that waits for a name waits for theirs. */
  turned(quietly) {
    this.ballot.drop();
    this.talk?.drop();
    this.#identity.turned(quietly);
  }

  /** The server has its store again; it may not have been able to tell who we are. */
  backInTouch() {
    this.#sender.wake();
    if (!this.me) this.#socket.again();
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

  /** Does what needs a name, at once or once there is one; `by` says where it is asked. */
  withName(by, then) {
    if (this.me) then();
    else this.asking = { by, then };
    this.#changed();
  }

  /** The server does not know us here: the name is asked, then the act is done. */
  nameGone(act) {
    this.#identity.forget();
    this.asking = act;
  }

  cancelName() {
    this.asking = null;
    this.#changed();
  }

  /** Takes (or changes) the name and the picture, then does the act that waited for it. Rejects with the server's error. */
  async takeName(username, img = this.suggested.img) {
    await this.#identity.choose(username, img);
    this.named();
    this.#changed();
  }

  /** There is a name: the act that waited for it is done. */
  named() {
    const act = this.asking;
    this.asking = null;
    if (act?.fs) this.ballot.cast(act.fs);
    act?.then?.();
    if (this.settled) this.talk?.refresh();
  }

  /** An act was acknowledged; one that renews the two hours does so from now. */
  acted({ at, epoch }, renews) {
    this.setClock(at);
    if (renews && at) this.#identity.renewed(at, epoch);
  }

  /** Who we are is known: what was said meanwhile is asked for. */
  knows() {
    this.talk?.refresh();
  }

  /** What we said at that time of the store renewed our two hours. */
  talked(at) {
    if (this.me && at + this.lifetime > this.me.expiresAt) this.#identity.renewed(at, this.state.epoch);
  }

  /** Signs out: the vote is withdrawn, the name is free. Rejects with the server's error. */
  async leave() {
    await this.#identity.leave();
    this.ballot.drop();
    this.talk?.drop();
    this.#changed();
  }

  /** Another area is looked at: nothing more is sent for this one. */
  end() {
    this.#sender.end();
    this.talk?.end();
  }
}
