import assert from "node:assert/strict";
import { test } from "node:test";

import { GENERAL, PAGE, companion, listed, opened, paged, read, renamed, said, silence, swept, unreadIn, without } from "../../assets/js/talk/rooms.js";

const id = (number) => `1795340000000-${String(number).padStart(10, "0")}`;
const message = (number, room = GENERAL, username = "Bob") => ({ room, id: id(number), username, text: `m${number}`, at: 1_795_340_000_000 + number });
/** As the server tells a page: the newest first. */
const page = (from, to, room) => Array.from({ length: to - from + 1 }, (_, i) => message(to - i, room));
const numbers = (rooms, room = GENERAL) => rooms.get(room).messages.map(({ text }) => Number(text.slice(1)));
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const VEGGIE = { id: "v", names: ["Veggie"] };
const ALONE = { id: "p", names: ["Ann", "Bob"] };

test("general is there before anything is known", () => {
  assert.deepEqual([...silence().keys()], [GENERAL]);
});

test("rooms stand in the order general, named, private, whatever comes first", () => {
  const rooms = opened(opened(silence(), ALONE), VEGGIE);
  assert.deepEqual([...rooms.keys()], [GENERAL, "v", "p"]);
  assert.deepEqual([...opened(rooms, { id: "a", names: ["Apes"] }).keys()], [GENERAL, "a", "v", "p"]);
});

test("a message counts once, however often it is told", () => {
  const once = said(silence(), message(1));
  assert.equal(said(once, message(1)), once);
  assert.deepEqual(numbers(paged(once, GENERAL, [message(1)])), [1]);
});

test("what others say while nobody reads is unread, what is read or one's own is not", () => {
  const unread = (rooms) => rooms.get(GENERAL).unread;
  const two = said(said(silence(), message(1)), message(2));
  assert.equal(unread(two), 2);
  assert.equal(unread(said(two, message(3), { read: true })), 0);
  assert.equal(unread(said(two, message(3, GENERAL, "Ann"), { own: true })), 0);
  assert.equal(unread(read(two, GENERAL)), 0);
  assert.equal(unreadIn(said(opened(two, VEGGIE), message(1, "v"))), 3);
});

test("messages stand as they were said, whatever comes first", () => {
  const rooms = [3, 1, 2].reduce((all, number) => said(all, message(number)), silence());
  assert.deepEqual(numbers(rooms), [1, 2, 3]);
});

test("a full page says that there may be older ones, one that is not full that there are none", () => {
  assert.equal(paged(silence(), GENERAL, page(1, PAGE)).get(GENERAL).older, true);
  assert.equal(paged(silence(), GENERAL, page(1, PAGE - 1)).get(GENERAL).older, false);
});

test("older messages go before those that are there", () => {
  const newest = paged(silence(), GENERAL, page(61, 110));
  const all = paged(newest, GENERAL, page(11, 60), id(61));
  assert.deepEqual(numbers(all), range(11, 110));
  assert.equal(all.get(GENERAL).older, true);
  const whole = paged(all, GENERAL, page(1, 10), id(11));
  assert.deepEqual([numbers(whole), whole.get(GENERAL).older], [range(1, 110), false]);
});

test("after a gap only what is known without a hole stays", () => {
  const before = paged(silence(), GENERAL, page(1, 10));
  const back = listed(before, [{ id: GENERAL, names: [GENERAL], unread: 60 }], GENERAL);
  assert.equal(back.get(GENERAL).fresh, false);
  // One comes while the page is asked for.
  const rooms = paged(said(back, message(110)), GENERAL, page(61, 110));
  assert.deepEqual([numbers(rooms), rooms.get(GENERAL).older], [range(61, 110), true]);
});

test("where nothing is missing after a return, all of it stays", () => {
  const before = paged(silence(), GENERAL, page(1, 60).slice(0, PAGE));
  const older = paged(before, GENERAL, page(1, 10), id(11));
  const back = listed(older, [{ id: GENERAL, names: [GENERAL], unread: 0 }], GENERAL);
  const rooms = paged(back, GENERAL, page(12, 61));
  assert.deepEqual([numbers(rooms), rooms.get(GENERAL).older], [range(1, 61), false]);
});

test("the server's list decides which rooms there are and what is unread; the one that is looked at stays, and is over", () => {
  const rooms = opened(opened(silence(), VEGGIE), ALONE);
  const told = [{ id: GENERAL, names: [GENERAL], unread: 4 }];
  assert.deepEqual([...listed(rooms, told, GENERAL).keys()], [GENERAL]);
  const kept = listed(rooms, told, "v");
  assert.deepEqual([[...kept.keys()], kept.get("v").over, kept.get(GENERAL).unread], [[GENERAL, "v"], true, 4]);
  assert.deepEqual([...swept(kept, GENERAL).keys()], [GENERAL]);
});

test("a private room is called by whom it is shared with, whatever their name is by now", () => {
  const rooms = renamed(opened(silence(), ALONE), "BOB", "Bobby");
  assert.equal(companion(rooms.get("p"), "Ann"), "Bobby");
  assert.equal(companion(rooms.get(GENERAL), "Ann"), undefined);
  assert.deepEqual(renamed(opened(silence(), { id: "v", names: ["Bob"] }), "Bob", "Bobby").get("v").names, ["Bob"], "a room's own name is nobody's");
});

test("a private room is over when one of its two leaves; the others go on", () => {
  const rooms = without(opened(opened(silence(), VEGGIE), ALONE), "bob");
  assert.deepEqual([...rooms.values()].map(({ over }) => over), [false, false, true]);
});

test("a message of a room that is not known changes nothing", () => {
  const rooms = silence();
  assert.equal(said(rooms, message(1, "p")), rooms);
  assert.equal(paged(rooms, "p", [message(1, "p")]), rooms);
});
