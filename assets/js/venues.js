// Asks the server for places. Knows the call and distances, nothing of when to ask.

import { readVenues } from "./protocol.js";
import { renewSession } from "./session.js";

/** The server gives up on its source after 4 s; this is a little more. */
const LIMIT_MS = 6_000;
const RESULTS = 8;
/** Of degrees: about a hundred metres, and nobody needs to know better where a person is. */
const DECIMALS = 3;

/**
 * `{venues, attributions}`; rejects with the server's `{code, retryInMs}`, or with a `code` of ours. Without a `query` it is
 * anything to eat. `place` has a `name` or is `at` `{lat, lng}`, or neither; `signal` gives up.
 */
export async function findVenues({ query, place, signal }) {
  const asked = new URLSearchParams({ limit: RESULTS });
  if (query) asked.set("query", query);
  if (place.name) asked.set("near", place.name);
  else if (place.at) asked.set("ll", `${place.at.lat.toFixed(DECIMALS)},${place.at.lng.toFixed(DECIMALS)}`);
  const limit = AbortSignal.timeout(LIMIT_MS);
  // Who can only follow one of the two keeps the limit: an answer that came too late is left out by who asked.
  const ask = () => fetch(`/api/venues?${asked}`, { signal: AbortSignal.any?.([signal, limit]) ?? limit });
  let answer;
  try {
    answer = await ask();
    // The page may be open for longer than its session lasted.
    if (answer.status === 401 && (await renewSession()) === "ok") answer = await ask();
  } catch {
    throw { code: limit.aborted ? "searchSlow" : "searchOffline" };
  }
  const body = await answer.json().catch(() => null);
  const found = answer.ok ? readVenues(body) : null;
  if (!found) throw { code: body?.code, retryInMs: body?.retryInMs };
  return found;
}

/** A point as the server is told it, for the page itself needs to know no better. */
export const rounded = ({ lat, lng }) => ({ lat: Number(lat.toFixed(DECIMALS)), lng: Number(lng.toFixed(DECIMALS)) });

/** The middle of the places that have votes, to search near it; null if none says where it is. */
export function middle(state) {
  const voted = new Set([...(state?.votes.values() ?? [])].map((vote) => vote.id));
  const at = [...(state?.venues.values() ?? [])].filter((venue) => voted.has(venue.id) && venue.location?.lat !== undefined);
  const mean = (field) => at.reduce((sum, venue) => sum + venue.location[field], 0) / at.length;
  return at.length ? { lat: mean("lat"), lng: mean("lng") } : null;
}

/** Metres between two points, near enough for a walk. */
export function metres(a, b) {
  const rad = Math.PI / 180;
  const x = (b.lng - a.lng) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * 6_371_000;
}
