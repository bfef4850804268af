// What has happened in an area, as lines: what the server tells of the time before (`GET /api/areas/AREA/activity`), and what the page
// has heard since. Pure; makes up no times for the rest.

import { compared } from "./names.js";

/** More than anybody reads back. */
export const LINES_MAX = 100;

/**
 * The lines, newest first: `{id, kind, at, username, img, place, from}`, `kind` being the name of its text, `place` the place's name,
 * `from` the place or the name before. `heard` are the area's changes and whole states (`updates`), in the order they came.
 *
 * A whole state tells when everyone joined and cast the vote they have; what is known of that already makes no second line. Nor does
 * a vote for the place that one stands for: that renews it.
 *
 * `before` is what the server told, if it did: `{epoch, seq, acts}`, the acts up to that change. They stand for all that the page has
 * heard up to there, and know more: who came and went before it was opened.
 */
export function activity(heard, before = null) {
  const known = before ? covered(heard, before) : -1;
  const lines = known < 0 ? [] : before.acts.map(lineOf).reverse();
  /** What the server has told is no line once more. */
  let silent = false;
  /** Who is there, by compared name: `{since, vote}`. */
  const people = new Map();
  const names = new Map();

  const line = (kind, at, user, place = "", from = "") => silent || lines.push(made(kind, at, user, place, from));

  const called = ({ id, name }) => names.has(id) || names.set(id, name);

  function joined(user, since) {
    if (!people.has(compared(user.username))) {
      // A state that this page had kept says of nobody since when.
      if (since) line("actJoined", since, user);
      people.set(compared(user.username), { since, vote: undefined });
    }
    return people.get(compared(user.username));
  }

  function voted(user, id, at) {
    const person = joined(user, at);
    if (person.vote === id) return;
    line(person.vote ? "actMoved" : "actVoted", at, user, names.get(id), names.get(person.vote));
    person.vote = id;
  }

  function whole({ users, venues, votes }) {
    venues.forEach(called);
    const there = new Set(users.map(({ username }) => compared(username)));
    const gone = [...people].filter(([key]) => !there.has(key));
    for (const [key] of gone) people.delete(key);
    for (const user of users) {
      // Who has another name now has joined when the old one did.
      const before = gone.find(([, { since }]) => since && since === user.at)?.[1];
      const key = compared(user.username);
      if (before && !people.has(key)) people.set(key, before);
      joined(user, user.at);
    }
    const standing = new Set(votes.map(({ username }) => compared(username)));
    for (const [key, person] of people) if (!standing.has(key)) person.vote = undefined;
    for (const vote of votes) voted(vote, vote.id, vote.at);
  }

  for (const [index, { event, at, data }] of heard.entries()) {
    silent = index <= known;
    const key = compared(data.username ?? "");
    if (event === "updates") whole(data);
    else if (event === "user") joined(data, at);
    else if (event === "vote") {
      called(data.fs);
      voted(data, data.fs.id, at);
    } else if (event === "voteRemoved") {
      const person = people.get(key);
      if (person?.vote) line("actTookBack", at, data, names.get(person.vote));
      if (person) person.vote = undefined;
    } else if (event === "renamed") {
      const person = people.get(compared(data.from));
      people.delete(compared(data.from));
      if (person) people.set(key, person);
      // Another picture under the same name is no news.
      if (data.from !== data.username) line("actRenamed", at, data, "", data.from);
    } else if (event === "userLeft") {
      people.delete(key);
      line(data.reason === "expired" ? "actOver" : "actLeft", at, data);
    } else if (event === "cleared") {
      if (!silent) lines.length = 0;
      people.clear();
    }
  }
  // Of one time, what came later is newer.
  return lines.reverse().sort((a, b) => b.at - a.at).slice(0, LINES_MAX);
}

/** The same act has the same id, whoever told of it. */
function made(kind, at, { username, img = "" }, place, from) {
  return { id: `${at} ${kind} ${compared(username)} ${place}`, kind, at, username, img, place, from };
}

/** `moved` of the server is the text `actMoved`. */
const lineOf = ({ kind, at, username, img, place = "", from = "" }) => made(`act${kind[0].toUpperCase()}${kind.slice(1)}`, at, { username, img }, place, from);

/**
 * The last of what was heard that the server's acts hold too; -1 if they are of another life of the area, or do not reach to what this
 * page began with: then there would be a hole between the two.
 */
export function covered(heard, { epoch, seq }) {
  const place = (one) => (one.event === "updates" ? one.data : one);
  return heard.findLastIndex((one) => place(one).epoch === epoch && place(one).seq <= seq);
}
