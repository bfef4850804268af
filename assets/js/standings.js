// The order of the places, and the outcome in a few words. Pure, and the same order as the server's own.

import { byCodePoints } from "./names.js";
import { say } from "./texts.js";

/**
 * One row a place: most votes first; equal ones by who was first to have that many, then by id. `voters` in the order of
 * their votes. `share` is the part of the votes, in per cent; `first` says that no other has more.
 */
export function standings(state) {
  const rows = new Map([...state.venues].map(([id, venue]) => [id, { venue, voters: [], last: 0 }]));
  for (const [key, { id, at }] of state.votes) {
    const user = state.users.get(key);
    if (user) rows.get(id)?.voters.push({ key, at, ...user });
  }
  for (const row of rows.values()) {
    row.voters.sort((a, b) => a.at - b.at || byCodePoints(a.key, b.key));
    row.last = row.voters.at(-1)?.at ?? 0;
  }
  const order = (a, b) => b.voters.length - a.voters.length || a.last - b.last || byCodePoints(a.venue.id, b.venue.id);
  const sorted = [...rows.values()].sort(order);
  const cast = sorted.reduce((sum, row) => sum + row.voters.length, 0);
  const most = sorted[0]?.voters.length ?? 0;
  return sorted.map(({ venue, voters }) => ({
    venue,
    voters,
    votes: voters.length,
    share: cast ? Math.round((100 * voters.length) / cast) : 0,
    first: most > 0 && voters.length === most,
  }));
}

/** Who leads: one row, several at a tie, none before the first vote. */
const leaders = (rows) => rows.filter((row) => row.first);

/** The tab's title tells the outcome: "Ramen 4 · lunch". */
export function title(area, rows) {
  const first = leaders(rows);
  if (first.length === 0) return say("titleEmpty", { area });
  const names = first.length > 2 ? say("titleTie", { n: first.length }) : first.map((row) => row.venue.name).join(" = ");
  return say("title", { names, n: first[0].votes, area });
}

/** The outcome as a sentence, for the head of the standings and for a screen reader. */
export function outcome(rows) {
  const first = leaders(rows);
  if (first.length === 0) return rows.length ? say("noVotes") : "";
  if (first.length > 1) return say("tie", { names: first.map((row) => row.venue.name), n: first[0].votes });
  const lead = { name: first[0].venue.name, n: first[0].votes };
  return rows[1]?.votes ? say("leadsNext", { ...lead, next: rows[1].venue.name, m: rows[1].votes }) : say("leads", lead);
}
