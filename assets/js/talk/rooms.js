// The rooms of an area as one user knows them, and how what is heard moves them on. Pure: rooms in, rooms out.

import { byCodePoints, compared } from "../names.js";

/** The room that is always there. */
export const GENERAL = "general";
/** Messages that are asked for at once; the server gives as many where nobody says how many. */
export const PAGE = 50;
/** As many as a room keeps on the server. */
const HELD_MAX = 1_000;

/**
 * A room is `{id, names, unread, messages, fresh, older, over}`: `messages` from the oldest to the newest; `fresh` where they are known
 * up to the newest, `older` where there may be some before them; `over` where nobody can write any more.
 */
const roomOf = ({ id, names, unread = 0 }) => ({ id, names, unread, messages: [], fresh: false, older: false, over: false });

/** Nothing is known yet. Rooms are a map by id, in the order of their tabs. */
export const silence = () => new Map([[GENERAL, roomOf({ id: GENERAL, names: [GENERAL] })]]);

/** `general`, the rooms with a name, the private ones: each by what it is called. */
const rank = ({ id, names }) => (id === GENERAL ? 0 : names.length);
const sorted = (rooms) => new Map([...rooms].sort(([, a], [, b]) => rank(a) - rank(b) || byCodePoints(a.names.join(), b.names.join())));

const changed = (rooms, id, change) => (rooms.has(id) ? new Map(rooms).set(id, { ...rooms.get(id), ...change }) : rooms);

/**
 * The rooms that the server tells of. What was heard before stays, but something may be missing after it; a room that is no more goes,
 * unless it is `here`, where somebody looks at it: that one is over.
 */
export function listed(rooms, list, here) {
  const told = list.map((each) => [each.id, { ...roomOf(each), messages: rooms.get(each.id)?.messages ?? [], older: rooms.get(each.id)?.older ?? false }]);
  const left = rooms.has(here) && !told.some(([id]) => id === here) ? [[here, { ...rooms.get(here), over: true }]] : [];
  return sorted([...told, ...left]);
}

/** There is such a room. */
export const opened = (rooms, told) => (rooms.has(told.id) ? changed(rooms, told.id, { names: told.names, over: false }) : sorted([...rooms, [told.id, roomOf(told)]]));

/** A page of messages, as the server gives it: the newest first. They are those before the message `before`, else the newest. */
export function paged(rooms, id, newestFirst, before) {
  const room = rooms.get(id);
  if (!room) return rooms;
  const page = [...newestFirst].reverse();
  const full = page.length >= PAGE;
  if (before) return changed(rooms, id, { messages: joined(page, room.messages), older: full });
  // Ids sort as texts. What was known before the page's first message belongs to it only where nothing is missing between.
  const meets = !full || room.messages.some((message) => message.id === page[0].id);
  const known = meets ? room.messages : room.messages.filter((message) => message.id > page[0].id);
  return changed(rooms, id, { messages: joined(known, page), older: full && (meets ? room.older : true), fresh: true, unread: 0 });
}

/** A message was said; one that is known already changes nothing. `own` and `read` ones are not unread. */
export function said(rooms, message, { own = false, read = false } = {}) {
  const room = rooms.get(message.room);
  if (!room || room.messages.some(({ id }) => id === message.id)) return rooms;
  const unread = own || read ? 0 : room.unread + 1;
  return changed(rooms, message.room, { messages: joined(room.messages, [message]), unread, over: false });
}

function joined(some, more) {
  const byId = new Map([...some, ...more].map((message) => [message.id, message]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(-HELD_MAX);
}

/** All of the room has been seen. */
export const read = (rooms, id) => (rooms.get(id)?.unread ? changed(rooms, id, { unread: 0 }) : rooms);

/** The room is no more: nobody writes there. */
export const closed = (rooms, id) => changed(rooms, id, { over: true });

/** Without the rooms that are over, but for the one that is looked at. */
export const swept = (rooms, here) => new Map([...rooms].filter(([id, { over }]) => !over || id === here));

const isPrivate = ({ names }) => names.length > 1;
const has = ({ names }, username) => names.some((name) => compared(name) === compared(username));

/** Somebody has another name: private rooms are called by it. */
export function renamed(rooms, from, username) {
  const names = (room) => room.names.map((name) => (compared(name) === compared(from) ? username : name));
  return new Map([...rooms].map(([id, room]) => [id, isPrivate(room) ? { ...room, names: names(room) } : room]));
}

/** A private room is gone when the name of either ends. */
export const without = (rooms, username) => new Map([...rooms].map(([id, room]) => [id, isPrivate(room) && has(room, username) ? { ...room, over: true } : room]));

/** The messages that this user has not read, in all rooms. */
export const unreadIn = (rooms) => [...rooms.values()].reduce((sum, { unread }) => sum + unread, 0);

/** Whom a private room is shared with; undefined of any other room. */
export const companion = (room, me) => (isPrivate(room) ? (room.names.find((name) => compared(name) !== compared(me ?? "")) ?? room.names[0]) : undefined);
