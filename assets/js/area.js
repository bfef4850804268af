// One area as this browser lives in it: follows it, knows who this browser is there, casts and takes back its vote, and puts
// right after a return what the store has lost. Knows nothing of the page; `changed()` says that something is to be drawn.

import { WAIT_MS, isFresh, toRestore } from "./intents.js";
import { compared } from "./names.js";
import { Sender } from "./sender.js";
import { PASSING } from "./socket.js";
import { apply, runOf, voteOf } from "./state.js";
import { say, sayError } from "./texts.js";

/** A person at a form waits this long for a passing fault, then reads what is wrong. */
const FORM_MS = 10_000;
/** Who this browser is could not be said: asked again. */
const AGAIN_MS = 1_500;
/** Who comes back this many lifetimes later is not told any more that a vote has ended: that was another lunch. */
const TELL_LIFETIMES = 3;

export class Area {
  /** What everyone sees; null until the server has told it. */
  state = null;
  /** `{username, img, expiresAt}` while this browser holds a name here. */
  me = null;
  /** The vote under way: `{fs (null: taken back), n, tapped, phase}`; phase `saving`, `waiting`, `saved`, `asks` or `failed`. */
  pending = null;
  /** The act that waits for a name: `{fs}`. */
  asking = null;
  /** The server has lost its store: since when. */
  stale = null;
  /** The server does not take this area's name. */
  refusal = null;
  #socket;
  #memory;
  #sender;
  #changed;
  #told;
  #followed = false;
  #synced = false;
  #settled = false;
  /** Store's time minus ours, ms. */
  #offset = 0;

  constructor(name, { socket, memory, lifetime, changed, told }) {
    Object.assign(this, { name, lifetime });
    this.#socket = socket;
    this.#memory = memory;
    this.#sender = new Sender(socket);
    this.#changed = changed;
    this.#told = told;
  }

  /** Whether what is shown is what the server has. */
  get live() {
    return this.#synced && !this.stale;
  }

  /** The id of the place that this browser's user stands for. */
  get vote() {
    return this.me ? voteOf(this.state, this.me.username) : undefined;
  }

  /** The name that the form begins with. */
  get suggestedName() {
    return this.#memory.name;
  }

  /** The store's time now, and a time of the store on this machine's clock, ms. */
  now = () => Date.now() + this.#offset;
  local = (at) => at - this.#offset;

  // What the socket calls.

  where() {
    const { epoch, seq } = this.state ?? {};
    return { area: this.name, epoch: epoch || undefined, seq: epoch ? seq : undefined };
  }

  followed(ack) {
    this.#setClock(ack);
    this.#followed = true;
    this.#synced = this.#settled = false;
    this.stale = null;
    this.#askMe();
    this.#changed();
  }

  lost() {
    this.#followed = this.#synced = this.#settled = false;
    this.#changed();
  }

  refused(error) {
    this.refusal = error;
    this.#changed();
  }

  events(list) {
    for (const event of list) {
      if (event.event === "stale") this.stale = event.data;
      else if (event.event === "current") this.stale = null;
      else if (event.event !== "count") {
        const { state, outcome } = apply(this.state, event, this.lifetime);
        // Presence alone is no place in the order: before the first state it says nothing.
        if (outcome === "gap" && event.event === "presence") continue;
        if (outcome === "gap") {
          this.#synced = false;
          this.#socket.again();
          break;
        }
        this.state = state;
        if (outcome === "next") this.#mine(event);
        // Changes come first, then presence: with it, or with the whole, all is there.
        if (event.event === "presence" || event.event === "updates") this.#synced = true;
      }
    }
    this.#finish();
    this.#settle();
    this.#changed();
  }

  /** What an event says of this browser's own user. */
  #mine({ event, at, data }) {
    if (event === "cleared") {
      this.#forget();
      this.#told({ text: say("clearedAll") });
    }
    const isMe = (name) => this.me && compared(name ?? "") === compared(this.me.username);
    if (event === "renamed" && isMe(data.from)) this.me = { ...this.me, username: data.username, img: data.img };
    else if (event === "vote" && isMe(data.username)) this.me.expiresAt = at + this.lifetime;
    else if (event === "userLeft" && isMe(data.username)) {
      this.#forget();
      if (data.reason === "expired") this.#told({ text: say("expired") });
    }
  }

  #forget() {
    this.me = null;
    this.#memory.keepInArea(this.name, { held: null, intent: null });
  }

  #setClock({ at }) {
    if (at) this.#offset = at - Date.now();
  }

  /** This browser holds a name here; the server said so at `at` in `epoch`. */
  #hold({ username, img = "", expiresAt }, epoch = this.state?.epoch) {
    const due = expiresAt ?? this.now() + this.lifetime;
    this.me = { username, img, expiresAt: due };
    if (epoch) this.#memory.keepInArea(this.name, { held: { username, img, at: due - this.lifetime, epoch } });
    this.#memory.visited(this.name);
  }

  // Coming back.

  /** Asks who this browser is here; another tab may have taken or left the name. */
  async #askMe() {
    try {
      this.#known(await this.#socket.request("getMe"));
    } catch (error) {
      if (!PASSING.has(error.code)) this.#known({});
      else if (this.#followed && error.code !== "connectionLost") setTimeout(() => this.#followed && this.#askMe(), AGAIN_MS);
    }
  }

  #known(ack) {
    this.#who = ack.username ? ack : {};
    this.#settle();
    this.#changed();
  }

  /** The answer to the last `getMe`; null while it is under way. */
  #who = null;

  /** Another tab of this browser did something here. */
  otherTab() {
    if (this.#settled) this.#askMe();
  }

  /** Once the state and who we are are known: takes the name and casts the vote again, where the store has lost them. */
  async #settle() {
    if (!this.#synced || !this.#who || !this.state) return;
    const who = this.#who;
    this.#who = null;
    const { held, intent } = this.#memory.inArea(this.name);
    const known = { held, intent, state: this.state, now: this.now(), lifetime: this.lifetime };
    const { join, vote } = toRestore({ ...known, me: who.username ?? null });
    if (who.username) this.#hold(who);
    else if (join) {
      this.me = null;
      if (!(await this.#joinAgain(join))) return;
    } else {
      const ago = held ? this.now() - held.at : 0;
      this.#forget();
      if (ago >= this.lifetime && ago < TELL_LIFETIMES * this.lifetime) this.#told({ text: say("expired") });
    }
    this.#settled = true;
    if (vote && !this.pending) this.#castAgain(vote, intent);
    else if (intent && !intent.at && this.me && !this.pending && isFresh(intent, Date.now())) this.#perform({ ...intent });
    this.#sender.wake();
    this.#changed();
  }

  async #joinAgain({ username, img }) {
    try {
      await this.#add(username, img);
      return true;
    } catch (error) {
      if (error.code === "nameTaken") {
        this.#forget();
        this.#told({ text: say("nameLost", username) });
        this.#settled = true;
      }
      return false;
    }
  }

  #castAgain(fs, intent) {
    const run = runOf(this.state.epoch);
    // Kept first, so that of several tabs one does it, and once.
    this.#memory.keepInArea(this.name, { intent: { ...intent, again: run } });
    this.#told({ text: say("castAgain", fs.name) });
    this.#intend(fs, { again: run });
  }

  // Acts.

  /** Casts the vote; without a name, the name is asked first. */
  castVote(fs) {
    if (this.me) this.#intend(fs);
    else this.asking = { fs };
    this.#changed();
  }

  takeBack() {
    this.#intend(null, { was: this.state.venues.get(this.vote) });
  }

  /** The person was asked about a vote that waited too long (or failed), and says yes; `forgetPending` is no. */
  sendPending() {
    if (this.pending) this.#intend(this.pending.fs, { was: this.pending.was });
  }

  forgetPending() {
    this.#memory.keepInArea(this.name, { intent: null });
    this.pending = null;
    this.#changed();
  }

  cancelName() {
    this.asking = null;
    this.#changed();
  }

  /** Takes (or changes) the name, then does the act that waited for it. Rejects with the server's error. */
  async takeName(username) {
    await this.#add(username, this.me?.img ?? "");
    this.#memory.name = this.me.username;
    const act = this.asking;
    this.asking = null;
    if (act?.fs) this.#intend(act.fs);
    this.#changed();
  }

  async #add(username, img) {
    const where = this.where();
    const ack = await this.#sender.send("add", {
      n: this.#memory.nextN(),
      data: () => ({ ...where, username, img: img || undefined }),
      until: Date.now() + FORM_MS,
      ready: () => this.#followed,
    });
    this.#setClock(ack);
    this.#hold({ username, img, ...ack }, ack.epoch);
  }

  /** Signs out: the vote is withdrawn, the name is free. */
  async leave() {
    const { username } = this.me;
    const fs = this.state?.venues.get(this.vote);
    try {
      await this.#sender.send("leave", { n: this.#memory.nextN(), until: Date.now() + FORM_MS, ready: () => this.#settled });
    } catch (error) {
      this.#told({ text: sayError(error), warn: true });
      return;
    }
    this.#forget();
    this.pending = null;
    const back = () => {
      this.asking = { fs };
      this.takeName(username).catch((error) => this.#told({ text: sayError(error), warn: true }));
    };
    this.#told({ text: say("left", this.name), actions: [[say("comeBack"), back]] });
    this.#changed();
  }

  #intend(fs, more = {}) {
    const act = { ...more, fs, n: this.#memory.nextN(), tapped: Date.now() };
    const { n, tapped, again } = act;
    this.#memory.keepInArea(this.name, { intent: { fs, n, tapped, again } });
    this.#perform(act);
  }

  async #perform(act) {
    act.phase = "saving";
    this.pending = act;
    this.#changed();
    try {
      const ack = await this.#sender.send(act.fs ? "addVote" : "removeVote", {
        n: act.n,
        data: act.fs ? () => ({ fs: act.fs }) : undefined,
        until: act.tapped + WAIT_MS,
        ready: () => this.#settled,
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

  #acked(act, { epoch, seq, at }) {
    this.#setClock({ at });
    const { intent, held } = this.#memory.inArea(this.name);
    if (intent?.n === act.n) this.#memory.keepInArea(this.name, { intent: { ...intent, at, epoch } });
    if (held && at) this.#memory.keepInArea(this.name, { held: { ...held, at, epoch } });
    if (this.me && act.fs) this.me.expiresAt = at + this.lifetime;
    if (this.pending === act) Object.assign(act, { phase: "saved", epoch, seq });
    this.#finish();
    this.#changed();
  }

  /** A saved act is over when the state shows it, so that nothing flickers between the ack and the event. */
  #finish() {
    const act = this.pending;
    if (act?.phase !== "saved" || !this.state) return;
    if (act.epoch === this.state.epoch && this.state.seq < act.seq) return;
    this.pending = null;
    if (act.fs && this.vote) this.#told({ text: say("voted", this.state.venues.get(this.vote).name) });
    else if (!act.fs && !this.vote && act.was) {
      const undo = () => this.castVote(act.was);
      this.#told({ text: say("withdrawn", act.was.name), actions: [[say("undo"), undo]] });
    }
  }

  #failed(act, error) {
    if (error.code === "notJoined") {
      this.#forget();
      this.pending = null;
      this.asking = act.fs && { fs: act.fs };
    } else {
      Object.assign(act, { phase: PASSING.has(error.code) ? "asks" : "failed", error });
    }
    this.#changed();
  }

  /** Another area is looked at: nothing more is sent for this one. */
  end() {
    this.#sender.end();
  }
}
