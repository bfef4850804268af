// An area as everyone sees it, and how an event moves it on. Pure: state and event in, state out.

import { compared } from "./names.js";

/**
 * The state that `updates` tells. `users` and `votes` by compared name, `venues` by id, `here`: compared names that are online.
 * Maps, never plain objects: `__proto__` is a name like any other.
 */
export function begin(data) {
  const users = new Map(data.users.map((user) => [compared(user.username), { username: user.username, img: user.img ?? "" }]));
  const votes = data.votes.map(({ username, id, at = 0 }) => [compared(username), { id, at }]);
  return {
    area: data.area,
    epoch: data.epoch,
    seq: data.seq,
    users,
    venues: new Map(data.venues.map((venue) => [venue.id, venue])),
    votes: new Map(votes.filter(([key]) => users.has(key))),
    here: new Set(data.users.filter((user) => user.online).map((user) => compared(user.username))),
    online: data.online ?? 0,
    watching: data.watching ?? 0,
    expiresAt: data.expiresAt ?? 0,
    // One that comes just after the end: only `cleared` leaves an area that had changes without any.
    cleared: data.seq > 0 && data.expiresAt === 0 && !data.users.length && !data.venues.length,
  };
}

/** What `updates` would tell of this state, but for who is here, and since when. */
export function whole({ area, epoch, seq, users, venues, votes, expiresAt }) {
  return {
    area,
    epoch,
    seq,
    expiresAt,
    users: [...users.values()],
    venues: [...venues.values()],
    votes: [...votes].map(([key, vote]) => ({ ...vote, username: users.get(key).username })),
  };
}

/**
 * The state after an event, and how the event stood to it: `next` was applied, `known` was held already, `gap` means that
 * something between is missing (or another life of the area began) and the server has to be asked.
 */
export function apply(state, event, lifetime) {
  if (event.event === "updates") return { state: begin(event.data), outcome: "next" };
  if (event.event === "presence" && state === null) return { state, outcome: "known" };
  if (state === null) return { state, outcome: "gap" };
  if (event.event === "presence") return { state: withPresence(state, event.data), outcome: "next" };
  const begins = event.epoch !== state.epoch;
  if (begins && !(event.seq === 1 && state.cleared)) return { state, outcome: "gap" };
  if (!begins && event.seq <= state.seq) return { state, outcome: "known" };
  if (!begins && event.seq !== state.seq + 1) return { state, outcome: "gap" };
  const moved = { ...state, ...change(state, event), epoch: event.epoch, seq: event.seq };
  return { state: moved, outcome: "next" };

  function change(before, { event: kind, at, data }) {
    const users = new Map(before.users);
    const votes = new Map(before.votes);
    const here = new Set(before.here);
    const venues = new Map(before.venues);
    const key = compared(data.username ?? "");
    const renewed = Math.max(before.expiresAt, at + lifetime);
    switch (kind) {
      case "user":
        users.set(key, { username: data.username, img: data.img ?? "" });
        return { users, expiresAt: renewed, cleared: false };
      case "renamed": {
        const old = compared(data.from);
        const vote = votes.get(old);
        const was = here.delete(old);
        users.delete(old);
        votes.delete(old);
        users.set(key, { username: data.username, img: data.img ?? "" });
        if (vote) votes.set(key, vote);
        if (was) here.add(key);
        return { users, votes, here, expiresAt: renewed };
      }
      case "userLeft":
        users.delete(key);
        votes.delete(key);
        here.delete(key);
        return { users, votes, here };
      case "vote":
        // The first rendering of a place stands, so nobody can rename another's.
        if (!venues.has(data.fs.id)) venues.set(data.fs.id, data.fs);
        if (users.has(key)) votes.set(key, { id: data.fs.id, at });
        return { venues, votes, expiresAt: renewed, cleared: false };
      case "voteRemoved":
        votes.delete(key);
        return { votes };
      case "cleared":
        return { users: new Map(), venues: new Map(), votes: new Map(), here: new Set(), expiresAt: 0, cleared: true };
      default:
        return {};
    }
  }
}

function withPresence(state, data) {
  const here = new Set(state.here);
  for (const name of data.gone) here.delete(compared(name));
  for (const name of data.here) here.add(compared(name));
  return { ...state, here, online: data.online ?? here.size, watching: data.watching ?? state.watching };
}

/** The part of an epoch that names the store's run: another run may have lost the tail of what was acknowledged. */
export const runOf = (epoch) => epoch.split(".")[0];

/** What a person stands for; undefined if for nothing. */
export const voteOf = (state, username) => state?.votes.get(compared(username ?? ""))?.id;
