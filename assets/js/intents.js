// What a browser does by itself when its area comes back: the rules of promise 1, pure.

import { compared } from "./names.js";
import { runOf } from "./state.js";

/** So long a tap waits for the server; after that the person is asked. */
export const WAIT_MS = 120_000;

/**
 * What is to be done about the name and the vote that the server had acknowledged, now that it shows `state`: `join` with the
 * held name again, `vote` for the place again. Only another run of the store may have lost what was acknowledged; in the same
 * run what is missing has ended. `now` is the store's time, `me` the name that the server says this browser holds, or null.
 */
export function toRestore({ held, intent, state, me, now, lifetime }) {
  const lost = (kept) => Boolean(kept?.at) && runOf(kept.epoch) !== runOf(state.epoch) && now - kept.at < lifetime;
  const join = !me && lost(held) ? { username: held.username, img: held.img ?? "" } : null;
  const name = me ?? join?.username;
  const has = name && me && state.votes.get(compared(name))?.id;
  const due = name && intent?.fs && lost(intent) && intent.again !== runOf(state.epoch);
  return { join, vote: due && !stands(intent.fs, has, state) ? intent.fs : null };
}

/** Whether the place voted for is the one wanted; a write-in's id is made by the server, so its name has to do. */
function stands(fs, id, state) {
  if (!id) return false;
  return fs.id ? fs.id === id : compared(state.venues.get(id)?.name ?? "") === compared(fs.name);
}

/** Whether a tap that has not been acknowledged may still be sent without asking. */
export const isFresh = (act, now) => now - act.tapped < WAIT_MS;
