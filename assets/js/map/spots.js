// What is to be seen on the map: the places of the area, sized by their votes, and what a search found. Pure; knows nothing of
// Leaflet.

/** Pixels across: a place without votes, the least and the most of those with some. Areas, not widths, are in proportion to votes. */
const NONE = 18;
const LEAST = 26;
const MOST = 64;

/** `[lat, lng]` of a place; null where it has no spot on a map. */
export function pointOf({ location }) {
  const { lat, lng } = location ?? {};
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? [lat, lng] : null;
}

/** How wide the circle of a place is, in pixels, where `most` is the number of the votes of the leader. */
export const sizeOf = (votes, most) => (votes ? Math.round(Math.max(LEAST, MOST * Math.sqrt(votes / most))) : NONE);

/**
 * The standings' rows that have a spot, in their order, each with `at` and `size`; and how many have none. `mine` is the id of the
 * place that has our vote.
 */
export function spotsOf(rows, mine) {
  const most = rows[0]?.votes ?? 0;
  const spots = rows
    .map((row) => ({ ...row, at: pointOf(row.venue), size: sizeOf(row.votes, most), mine: row.venue.id === mine }))
    .filter(({ at }) => at);
  return { spots, missing: rows.length - spots.length };
}

/** What a search found and the area does not have: `[{venue, at}]`. */
export const pinsOf = (venues, has) =>
  venues.map((venue) => ({ venue, at: pointOf(venue) })).filter(({ venue, at }) => at && !has(venue.id));

/** The corners of the smallest part of the map that has all of these: `[[south, west], [north, east]]`; null for none. */
export function boundsOf(points) {
  if (!points.length) return null;
  const all = (i) => points.map((point) => point[i]);
  return [[Math.min(...all(0)), Math.min(...all(1))], [Math.max(...all(0)), Math.max(...all(1))]];
}

/** Whose servers a map with these settings asks: `{tiles, code}`, as hosts. */
export function hostsOf({ tiles, script }) {
  const host = (address) => new URL(address.replace("{s}.", "")).host;
  return { tiles: host(tiles), code: host(script.address) };
}
