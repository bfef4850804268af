// What this browser remembers, shared by its tabs: the name, the count of its changes, what it last wanted in each area.
// Where localStorage throws (private windows, blocked cookies) it is remembered as long as the tab lives.

const PREFIX = "wte.";
const RECENT_MAX = 6;
/** Well over any area's lifetime as it comes, and under a day. */
const FORGET_MS = 12 * 3_600_000;

function parsed(raw) {
  try {
    return JSON.parse(raw ?? "null");
  } catch {
    return null;
  }
}

export class Memory {
  #storage;
  #own = new Map();

  constructor(storage) {
    this.#storage = storage;
  }

  #read(key) {
    let raw = this.#own.get(key);
    try {
      raw = this.#storage.getItem(PREFIX + key) ?? raw;
    } catch {
      // The tab's own copy serves.
    }
    return parsed(raw);
  }

  #write(key, value) {
    const raw = JSON.stringify(value);
    this.#own.set(key, raw);
    try {
      this.#storage.setItem(PREFIX + key, raw);
    } catch {
      // As above.
    }
  }

  /**
   * The next number of a change: above all before it, in every tab, and above those of a browser that has forgotten. `now` is the
   * store's time, so that a device whose clock is behind counts on from the person's other devices.
   */
  nextN(now) {
    const last = this.#read("n");
    const n = Math.max((Number.isSafeInteger(last) ? last : 0) + 1, now);
    this.#write("n", n);
    return n;
  }

  /** This browser is another person's, or their other device, from now on: what it had and wanted before is not theirs. */
  turn() {
    for (const area of this.#areas()) this.#write(`area.${area}`, null);
    this.#write("n", null);
    this.#write("turned", Date.now());
  }

  /** Whether what another tab wrote says that it has turned this browser. */
  turned = (key) => key === `${PREFIX}turned`;

  #areas() {
    const keys = [...this.#own.keys()].map((key) => PREFIX + key);
    try {
      keys.push(...Object.keys(this.#storage));
    } catch {
      // The tab's own are all.
    }
    const begin = `${PREFIX}area.`;
    return new Set(keys.filter((key) => key.startsWith(begin)).map((key) => key.slice(begin.length)));
  }

  get name() {
    const name = this.#read("name");
    return typeof name === "string" ? name : "";
  }

  set name(name) {
    this.#write("name", name);
  }

  /** The name of the account that this browser is signed in to, as far as it knows; empty for a guest's. */
  get account() {
    const name = this.#read("account");
    return typeof name === "string" ? name : "";
  }

  set account(name) {
    this.#write("account", name);
  }

  /** One's own picture, as the wire has it. */
  get img() {
    const img = this.#read("img");
    return typeof img === "string" ? img : "";
  }

  set img(img) {
    this.#write("img", img);
  }

  /** Whether pictures from elsewhere may be shown. */
  get pictures() {
    return this.#read("pictures") === true;
  }

  set pictures(may) {
    this.#write("pictures", may);
  }

  /** The town or street that was last searched near. */
  get near() {
    const near = this.#read("near");
    return typeof near === "string" ? near : "";
  }

  set near(near) {
    this.#write("near", near);
  }

  /**
   * What this browser has in an area, as far as the server said so, and what it last wanted there:
   * `held {username, img, at, epoch}`, and `intent {n, fs, tapped, at?, epoch?, again?}`, where `fs` is null for a vote taken back
   * and `at` and `epoch` are the ack's.
   */
  inArea(area) {
    const kept = this.#read(`area.${area}`);
    return { held: kept?.held ?? null, intent: kept?.intent ?? null };
  }

  keepInArea(area, change) {
    this.#write(`area.${area}`, { ...this.inArea(area), ...change });
  }

  /** The areas where this browser has a name. */
  get named() {
    return [...this.#areas()].filter((area) => this.inArea(area).held);
  }

  /** The areas this browser was in, the latest first. */
  get recent() {
    const list = this.#read("recent");
    return Array.isArray(list) ? list.filter((area) => typeof area === "string").slice(0, RECENT_MAX) : [];
  }

  /** Whether what another tab wrote says that this browser's name in the area is another now. */
  nameChanged(area, key, before, after) {
    if (key !== `${PREFIX}area.${area}`) return false;
    const name = (raw) => parsed(raw)?.held?.username;
    return name(before) !== name(after);
  }

  /** Forgets areas that nobody acted in for long: all there is gone. */
  tidy(now = Date.now()) {
    try {
      for (const area of this.#areas()) {
        const { held, intent } = this.inArea(area);
        if (now - Math.max(held?.at ?? 0, intent?.tapped ?? 0) > FORGET_MS) this.#storage.removeItem(`${PREFIX}area.${area}`);
      }
    } catch {
      // Nothing is kept, then.
    }
  }

  visited(area) {
    this.#write("recent", [area, ...this.recent.filter((other) => other !== area)].slice(0, RECENT_MAX));
  }
}

/** `localStorage`, where even asking for it may throw. */
export function localMemory() {
  try {
    return new Memory(globalThis.localStorage);
  } catch {
    return new Memory(null);
  }
}
