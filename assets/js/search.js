// The search for places: what is looked for, where, and what was found. The box that one types into and the map show the same
// one. Knows nothing of the page.

import { findVenues, middle } from "./venues.js";

/** A search starts from so many letters. */
const LETTERS = 3;
/** So long a pause in typing starts a question: the sources are not ours. */
const PAUSE_MS = 300;
/** A server that asks for patience is asked again by itself within this time; beyond, the person decides. */
const PATIENCE_MS = 20_000;

export class Search {
  query = "";
  /** What was found last; it stays while there is nothing better, so that nothing flickers. */
  venues = [];
  /** Whom they are owed to: `[{text, url?}]`. */
  credits = [];
  /** Where distances count from, where that is known here. */
  at = null;
  /** `idle`, `short` (of letters), `searching`, `found` or `failed`; `error` says why then. */
  phase = "idle";
  error = null;
  /** The area whose places with votes it looks near. */
  area = null;
  #memory;
  #center;
  #find;
  #chosen = null;
  #told = new Set();
  #asked = new AbortController();
  #timer = 0;

  /** `center` is where the server looks for who says nothing: `LAT,LNG`, or empty. */
  constructor({ memory, center = "", find = findVenues }) {
    this.#memory = memory;
    this.#find = find;
    const [lat, lng] = center.split(",").map(Number);
    this.#center = center && Number.isFinite(lat) && Number.isFinite(lng) ? { lat, lng } : null;
  }

  /** `told()` is called after every change. */
  listen(told) {
    this.#told.add(told);
  }

  /**
   * Where it looks: what the person chose, else the middle of the places with votes, else what was typed last, else the server's
   * own. `{kind, at?, name?}`; kinds: `me`, `map`, `typed`, `votes`, `center`, `anywhere`.
   */
  get place() {
    if (this.#chosen) return this.#chosen;
    const at = middle(this.area?.state);
    if (at) return { kind: "votes", at };
    if (this.#memory.near) return { kind: "typed", name: this.#memory.near };
    return this.#center ? { kind: "center", at: this.#center } : { kind: "anywhere" };
  }

  /** The person types. */
  type(query) {
    this.query = query;
    if (!query) return this.clear();
    // Where a sign is a word, few are enough.
    const enough = /[\u2e80-\ud7ff]/.test(query) ? 1 : LETTERS;
    if ([...query].length >= enough) return this.#ask(PAUSE_MS);
    this.#stop();
    Object.assign(this, { venues: [], credits: [], phase: "short" });
    this.#tell();
  }

  /** Looks near a town or a street from now on; near nothing in particular without one. */
  nearName(name) {
    this.#memory.near = name;
    this.#go(name ? { kind: "typed", name } : null);
  }

  /** Looks near a point: `me` is where the person is, `map` the map's middle. */
  nearPoint(kind, at) {
    this.#go({ kind, at });
  }

  /** The same once more: there is a network again, or something else has changed. */
  again() {
    if (this.query || this.#chosen?.kind === "map") this.#ask(0);
  }

  /** Nothing is looked for any more. */
  clear() {
    this.#stop();
    Object.assign(this, { query: "", venues: [], credits: [], phase: "idle" });
    this.#tell();
  }

  /** Another area is looked at. */
  reset() {
    this.#chosen = null;
    this.clear();
  }

  #go(chosen) {
    this.#chosen = chosen;
    // Without words the map asks for anything to eat; the box waits for some.
    if (chosen?.kind === "map" || !["idle", "short"].includes(this.phase)) this.again();
    this.#tell();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#asked.abort();
    this.error = null;
  }

  async #ask(pause) {
    this.#stop();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    this.phase = "searching";
    this.#tell();
    await new Promise((done) => (this.#timer = setTimeout(done, pause)));
    const { query, place } = this;
    try {
      const { venues, attributions } = await this.#find({ query, place, signal });
      if (signal.aborted) return;
      Object.assign(this, { venues, credits: attributions, at: place.at ?? null, phase: "found" });
    } catch (error) {
      if (signal.aborted) return;
      Object.assign(this, { error, phase: "failed" });
      if (error.retryInMs <= PATIENCE_MS) this.#timer = setTimeout(() => this.again(), error.retryInMs);
    }
    this.#tell();
  }

  #tell() {
    for (const told of this.#told) told();
  }
}
