// The wire: frames to the server and from it. What comes in is checked and copied field by field, so the rest of the page
// meets only known shapes. Knows nothing of connections.

const BAD = Symbol("not of the shape");

const text = (value) => (typeof value === "string" ? value : BAD);
const some = (value) => (typeof value === "string" && value !== "" ? value : BAD);
const count = (value) => (Number.isSafeInteger(value) && value >= 0 ? value : BAD);
const number = (value) => (Number.isFinite(value) ? value : BAD);
const flag = (value) => (typeof value === "boolean" ? value : BAD);
// A venue's own page: nothing but http and https ever becomes a link.
const link = (value) => (typeof value === "string" && /^https?:\/\//i.test(value) ? value : BAD);
// One bad item never hides another.
const list = (read) => (value) => (Array.isArray(value) ? value.map(read).filter((item) => item !== BAD) : BAD);

/** An object with the fields of `need`, and those of `may` that are there and fit. */
const object = (need, may = {}) => (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return BAD;
  const out = {};
  for (const [field, read] of Object.entries(need)) {
    const got = Object.hasOwn(value, field) ? read(value[field]) : BAD;
    if (got === BAD) return BAD;
    out[field] = got;
  }
  for (const [field, read] of Object.entries(may)) {
    const got = Object.hasOwn(value, field) ? read(value[field]) : BAD;
    if (got !== BAD) out[field] = got;
  }
  return out;
};

const location = object({}, { lat: number, lng: number, address: some });
const venue = object(
  { id: some, name: some },
  { location, categories: list(object({ name: some }, { icon: link })), tel: some, url: link, source: some, distance: number },
);
const user = object({ username: some }, { img: text, online: flag, at: count, expiresAt: count });
const vote = object({ username: some, id: some }, { img: text, at: count, expiresAt: count });
const person = object({ username: some }, { img: text });

const state = { area: some, epoch: text, seq: count, users: list(user), venues: list(venue), votes: list(vote) };
const told = { online: count, watching: count, expiresAt: count };
const message = object({ room: some, id: some, username: some, text: some, at: count }, { img: text });
const room = object({ id: some, names: list(some) }, { unread: count });
const talk = { rooms: list(room), messages: list(message), id: some, names: list(some) };
const answer = object({}, { ...state, ...told, ...talk, username: text, img: text, at: count });

/** Events that an area's store numbered. */
const CHANGES = new Map([
  ["user", person],
  ["renamed", object({ from: some, username: some }, { img: text })],
  ["userLeft", object({ username: some }, { reason: text })],
  ["vote", object({ username: some, fs: venue }, { img: text })],
  ["voteRemoved", object({ username: some })],
  ["cleared", object({}, { reason: text })],
]);

const OTHERS = new Map([
  ["ack", answer],
  ["serverError", object({ code: some }, { message: text, free: some, retryInMs: count })],
  ["updates", object(state, told)],
  ["presence", object({ here: list(some), gone: list(some) }, { online: count, watching: count })],
  ["count", object({ live: count })],
  ["chat", message],
  ["room", room],
  ["stale", object({}, { since: count })],
  ["current", object({}, { since: count })],
  ["bye", object({}, { retryInMs: count })],
]);

const numbered = object({ event: some, epoch: some, seq: count, at: count });
const plain = object({ event: some }, { id: count });

function readEvent(value) {
  const data = (shapes) => (shapes.has(value?.event) ? shapes.get(value.event)(value.data ?? {}) : BAD);
  for (const [shapes, head] of [[CHANGES, numbered], [OTHERS, plain]]) {
    const [read, body] = [head(value), data(shapes)];
    if (read !== BAD && body !== BAD) return { ...read, data: body };
  }
  return BAD;
}

/** The events of a frame in their order; what is not an event of this protocol is left out, and nothing is thrown. */
export function decode(frame) {
  try {
    const value = JSON.parse(frame);
    return list(readEvent)(Array.isArray(value) ? value : [value]);
  } catch {
    return [];
  }
}

/** A frame to the server. */
export const encode = (event, { id, n, data } = {}) => JSON.stringify({ event, id, n, data });

const credit = object({ text: some }, { url: link });

/** The venues of a search's answer, and whom they are owed to; null if it is no such answer. */
export function readVenues(value) {
  const read = object({ venues: list(venue) }, { attributions: list(credit) })(value);
  return read === BAD ? null : { attributions: [], ...read };
}
