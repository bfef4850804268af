import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { activity } from "../../assets/js/activity.js";
import { Area } from "../../assets/js/area.js";
import { Memory } from "../../assets/js/memory.js";
import { Socket } from "../../assets/js/socket.js";
import { leave } from "../../assets/js/views/own-name.js";
import { say } from "../english.js";
import { START, fakeStorage, fakeWires, pass, settled, sleepUntil, stopClock } from "./fakes.js";

const LIFETIME = 7_200_000;
const RAMEN = { id: "ramen", name: "Ramen" };
const THAI = { id: "thai", name: "Thai" };

beforeEach(() => stopClock());
afterEach(() => mock.timers.reset());

/** A page in `lunch`, whose server is the test. */
function page(storage = fakeStorage()) {
  const { wires, open } = fakeWires();
  const told = [];
  const memory = new Memory(storage);
  const socket = new Socket({ open, renewSession: async () => "ok", random: () => 0.5, news: ({ event }) => event === "current" && area.backInTouch() });
  const area = new Area("lunch", { socket, memory, lifetime: LIFETIME, changed() {}, told: (notice) => told.push(notice) });
  socket.follow(area);
  const wire = () => wires.at(-1);

  /** The server takes the page in: it has this state, and says who the page is there. */
  const arrive = async ({ epoch = "run.1", seq = 0, users = [], venues = [], votes = [], me, whole = true, at = Date.now() } = {}) => {
    wire().opened();
    wire().ack("watch", { area: "lunch", at });
    const presence = { event: "presence", data: { here: [], gone: [], online: 0, watching: 1 } };
    if (whole) wire().say({ event: "updates", data: { area: "lunch", epoch, seq, users, venues, votes, online: 0, watching: 1, expiresAt: 0 } }, presence);
    else wire().say(presence);
    wire().ack("getMe", me ? { area: "lunch", username: me, img: "", expiresAt: at + LIFETIME } : { area: "lunch", username: null, img: null, expiresAt: null });
    await settled();
  };
  const change = (seq, event, data, { epoch = "run.1", at = Date.now() } = {}) => wire().say({ event, epoch, seq, at, data });
  const sent = (event) => wires.flatMap((each) => each.sent).filter((frame) => frame.event === event);
  const comeBack = async () => {
    const count = wires.length;
    if (!wire().closed) wire().end();
    while (wires.length === count) await pass(100);
  };
  return { area, socket, memory, wires, wire, told, arrive, change, sent, comeBack };
}

/** A page whose user is Ann, with an acknowledged vote for Ramen. */
async function voted(storage) {
  const all = page(storage);
  await all.arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  all.area.castVote(RAMEN);
  await settled();
  all.change(2, "vote", { username: "Ann", img: "", fs: RAMEN });
  all.wire().ack("addVote", { epoch: "run.1", seq: 2, at: Date.now() });
  await settled();
  return all;
}
const annVoted = { users: [{ username: "Ann" }], venues: [RAMEN], votes: [{ username: "Ann", id: "ramen", at: START }], seq: 2 };

test("it is live only once the server has told all, and not a moment longer", async () => {
  const { area, wire } = page();
  assert.ok(!area.live);
  wire().opened();
  wire().ack("watch", { at: START });
  assert.ok(!area.live);
  wire().say({ event: "updates", data: { area: "lunch", epoch: "run.1", seq: 0, users: [], venues: [], votes: [] } });
  assert.ok(area.live);
  wire().end();
  assert.ok(!area.live);
});

test("coming back, it is live with who is here, which comes after the changes", async () => {
  const { area, arrive, wire, change, comeBack } = page();
  await arrive();
  await comeBack();
  wire().opened();
  wire().ack("watch", { area: "lunch", at: Date.now() });
  change(1, "user", { username: "Bob", img: "" });
  assert.ok(!area.live);
  wire().say({ event: "presence", data: { here: ["Bob"], gone: [], online: 1, watching: 1 } });
  assert.ok(area.live);
});

test("looking needs no name; the first vote asks for it and is cast once it is there", async () => {
  const { area, arrive, wire, sent, memory } = page();
  await arrive({ venues: [RAMEN] });
  assert.equal(area.me, null);
  area.castVote(RAMEN);
  assert.deepEqual(area.asking, { fs: RAMEN });
  assert.equal(sent("addVote").length, 0);
  const taking = area.takeName("Ann");
  await settled();
  assert.deepEqual(wire().asked("add").data, { area: "lunch", epoch: "run.1", seq: 0, username: "Ann" });
  wire().ack("add", { username: "Ann", img: "", epoch: "run.1", seq: 1, at: START, expiresAt: START + LIFETIME });
  await taking;
  await settled();
  assert.equal(memory.name, "Ann");
  assert.deepEqual(wire().asked("addVote").data, { fs: RAMEN });
  assert.ok(wire().asked("addVote").n > wire().asked("add").n);
});

test("a name that somebody else has is told to the form, with the free one, and the act waits on", async () => {
  const { area, arrive, wire } = page();
  await arrive();
  area.castVote(RAMEN);
  const refused = assert.rejects(area.takeName("Ann"), { code: "nameTaken", free: "Ann 2" });
  await settled();
  wire().refuse("add", "nameTaken", { free: "Ann 2" });
  await refused;
  assert.equal(area.me, null);
  assert.deepEqual(area.asking, { fs: RAMEN });
});

test("it never says saved before the ack, whichever of ack and event comes first", async () => {
  const { area, arrive, wire, change, told } = page();
  await arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  area.castVote(RAMEN);
  await settled();
  assert.equal(area.ballot.pending.phase, "saving");
  change(2, "vote", { username: "Ann", img: "", fs: RAMEN });
  assert.equal(area.ballot.pending.phase, "saving");
  assert.deepEqual(told, []);
  wire().ack("addVote", { epoch: "run.1", seq: 2, at: START });
  await settled();
  assert.equal(area.ballot.pending, null);
  assert.match(told[0].text, /^Saved/);

  area.castVote(THAI);
  await settled();
  wire().ack("addVote", { epoch: "run.1", seq: 3, at: START });
  await settled();
  assert.equal(area.ballot.pending.phase, "saved");
  assert.equal(told.length, 1);
  change(3, "vote", { username: "Ann", img: "", fs: THAI });
  assert.equal(area.ballot.pending, null);
  assert.equal(area.vote, "thai");
});

test("not known whether it was stored is asked again with the same n", async () => {
  const { area, arrive, wire, sent } = page();
  await arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  area.castVote(RAMEN);
  await settled();
  wire().refuse("addVote", "storeUnavailable");
  await pass(1_500);
  const [first, second] = sent("addVote");
  assert.equal(second.n, first.n);
  assert.deepEqual(second.data, first.data);
});

test("a vote that the connection lost is sent again after the return, with the same n, and only once we are known", async () => {
  const { area, arrive, wire, sent, comeBack } = page();
  await arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  area.castVote(RAMEN);
  await settled();
  await comeBack();
  assert.equal(area.ballot.pending.phase, "waiting");
  wire().opened();
  wire().ack("watch", { area: "lunch", at: Date.now() });
  await pass(2_000);
  assert.equal(sent("addVote").length, 1);
  await arrive({ me: "Ann", whole: false });
  await pass(100);
  const [first, second] = sent("addVote");
  assert.equal(second.n, first.n);
  wire().ack("addVote", { epoch: "run.1", seq: 1, at: Date.now() });
  await settled();
  assert.equal(area.ballot.pending, null);
});

test("a newer tap takes the place of one that waits", async () => {
  const { area, arrive, sent, comeBack } = page();
  await arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  const before = comeBack();
  area.castVote(RAMEN);
  await pass(200);
  area.castVote(THAI);
  await before;
  await arrive({ me: "Ann", whole: false });
  await pass(5_000);
  assert.deepEqual(sent("addVote").map((frame) => frame.data.fs.id), ["thai"]);
});

test("a vote tapped while offline waits two minutes, then asks", async () => {
  const { area, arrive, wire, wires, sent } = page();
  await arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  wire().end();
  area.castVote(RAMEN);
  await pass(119_000, 500);
  assert.equal(area.ballot.pending.phase, "waiting");
  await pass(2_000, 500);
  assert.equal(area.ballot.pending.phase, "asks");
  while (wires.at(-1).closed) await pass(500);
  await arrive({ me: "Ann", whole: false });
  await pass(2_000);
  assert.equal(sent("addVote").length, 0);
  area.ballot.sendAgain();
  await settled();
  assert.equal(sent("addVote").length, 1);
});

test("a vote refused for good says so and is not sent again", async () => {
  const { area, arrive, wire, sent } = page();
  await arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  area.castVote(RAMEN);
  await settled();
  wire().refuse("addVote", "areaFull");
  await pass(5_000);
  assert.equal(area.ballot.pending.phase, "failed");
  assert.equal(sent("addVote").length, 1);
  area.ballot.forget();
  assert.equal(area.ballot.pending, null);
});

test("a server that does not know us asks for the name again, with the vote waiting", async () => {
  const { area, arrive, wire } = page();
  await arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  area.castVote(RAMEN);
  await settled();
  wire().refuse("addVote", "notJoined");
  await settled();
  assert.equal(area.me, null);
  assert.deepEqual(area.asking, { fs: RAMEN });
});

test("a vote taken back can be had again", async () => {
  const { area, wire, change, told } = await voted();
  area.takeBack();
  await settled();
  change(3, "voteRemoved", { username: "Ann" });
  wire().ack("removeVote", { epoch: "run.1", seq: 3, at: Date.now() });
  await settled();
  assert.equal(area.vote, undefined);
  const [[, undo]] = told.at(-1).actions;
  undo();
  await settled();
  assert.deepEqual(wire().sent.at(-1).data, { fs: RAMEN });
});

test("a vote that is kept counts its two hours anew, without an event", async () => {
  const { area, wire, told } = await voted();
  await pass(10_000, 1_000);
  area.keepVote();
  await settled();
  wire().ack("addVote", { epoch: "run.1", seq: 2, at: Date.now() });
  await settled();
  assert.equal(area.ballot.pending, null);
  assert.equal(area.me.expiresAt, Date.now() + LIFETIME);
  assert.match(told.at(-1).text, /^Saved/);
});

test("a name that another tab took is ours once the server was asked anew", async () => {
  const { area, arrive, wire, change } = page();
  await arrive();
  change(1, "user", { username: "Ann", img: "" });
  assert.equal(area.me, null);
  area.otherTab();
  wire().ack("watch", { area: "lunch", at: Date.now() });
  wire().say({ event: "presence", data: { here: ["Ann"], gone: [], online: 1, watching: 2 } });
  wire().ack("getMe", { username: "Ann", img: "", expiresAt: Date.now() + LIFETIME });
  await settled();
  assert.equal(area.me.username, "Ann");
});

test("votes that wait for the store go out when it is back", async () => {
  const { area, arrive, wire, sent } = page();
  await arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  wire().say({ event: "stale", data: { since: START } });
  area.castVote(RAMEN);
  for (let i = 0; i < 6; i++) {
    await settled();
    wire().refuse("addVote", "storeUnavailable");
    await pass(3_000);
  }
  await settled();
  wire().refuse("addVote", "storeUnavailable");
  await settled();
  const count = sent("addVote").length;
  wire().say({ event: "current", data: {} });
  await settled();
  assert.equal(sent("addVote").length, count + 1);
  assert.equal(new Set(sent("addVote").map((frame) => frame.n)).size, 1);
});

test("coming back to the same run, all is as it was and nothing is sent by itself", async () => {
  const { area, arrive, sent, comeBack } = await voted();
  await comeBack();
  await arrive({ me: "Ann", whole: false });
  await pass(5_000);
  assert.equal(area.vote, "ramen");
  assert.equal(sent("addVote").length, 1);
  assert.equal(sent("add").length, 0);
});

test("a store that lost everything gets the name and the vote again, once", async () => {
  const { area, arrive, wire, sent, comeBack, change, told } = await voted();
  await comeBack();
  await arrive({ epoch: "other.1" });
  await pass(200);
  assert.equal(wire().asked("add").data.username, "Ann");
  wire().ack("add", { username: "Ann", img: "", epoch: "other.1", seq: 1, at: Date.now(), expiresAt: Date.now() + LIFETIME });
  change(1, "user", { username: "Ann", img: "" }, { epoch: "other.1" });
  await pass(200);
  // The epoch was told before the first change, so number 1 follows on the empty state.
  assert.deepEqual(sent("addVote").at(-1).data, { fs: RAMEN });
  assert.equal(sent("addVote").length, 2);
  wire().ack("addVote", { epoch: "other.1", seq: 2, at: Date.now() });
  assert.ok(!told.some(({ text }) => /cast again/.test(text)));
  change(2, "vote", { username: "Ann", img: "", fs: RAMEN }, { epoch: "other.1" });
  await settled();
  assert.match(told.at(-1).text, /lost your vote for Ramen\. It was cast again/);
  change(3, "voteRemoved", { username: "Ann" }, { epoch: "other.1" });
  await comeBack();
  await arrive({ me: "Ann", whole: false });
  await pass(5_000);
  assert.equal(area.vote, undefined);
  assert.equal(sent("addVote").length, 2);
});

test("a store that lost everything while the page stayed connected gets the name and the vote again, once", async () => {
  const { area, wire, change, sent, told } = await voted();
  wire().say({ event: "updates", data: { area: "lunch", epoch: "other.1", seq: 0, users: [], venues: [], votes: [], online: 0, watching: 1, expiresAt: 0 } });
  assert.ok(!area.settled, "it asks first who it is there");
  wire().ack("getMe", { area: "lunch", username: null, img: null, expiresAt: null });
  await settled();
  assert.equal(wire().asked("add").data.username, "Ann");
  wire().ack("add", { username: "Ann", img: "", epoch: "other.1", seq: 1, at: Date.now(), expiresAt: Date.now() + LIFETIME });
  await settled();
  assert.equal(sent("addVote").length, 2);
  change(1, "user", { username: "Ann", img: "" }, { epoch: "other.1" });
  change(2, "vote", { username: "Ann", img: "", fs: RAMEN }, { epoch: "other.1" });
  wire().ack("addVote", { epoch: "other.1", seq: 2, at: Date.now() });
  await settled();
  assert.equal(area.vote, "ramen");
  assert.match(told.at(-1).text, /cast again/);
  assert.equal(sent("addVote").length, 2);
});

test("of two tabs one casts the lost vote again", async () => {
  const storage = fakeStorage();
  const one = await voted(storage);
  const two = page(storage);
  await two.arrive({ ...annVoted, me: "Ann" });
  const lost = { epoch: "other.1", users: [{ username: "Ann" }], seq: 1, me: "Ann" };
  await one.comeBack();
  await two.comeBack();
  await one.arrive(lost);
  await two.arrive(lost);
  await pass(1_000);
  // The second tab sends the very same change, if any: with the same n, so that it counts once.
  assert.equal(one.sent("addVote").length, 2);
  const again = two.sent("addVote");
  assert.ok(again.every((frame) => frame.n === one.sent("addVote")[1].n));
});

test("a name that was taken meanwhile is not fought for", async () => {
  const { area, arrive, wire, told, comeBack, sent } = await voted();
  await comeBack();
  await arrive({ epoch: "other.1", users: [{ username: "ann" }], seq: 1 });
  await pass(200);
  wire().refuse("add", "nameTaken", { free: "Ann 2" });
  await pass(5_000);
  assert.equal(area.me, null);
  assert.match(told.at(-1).text, /somebody else took the name Ann/);
  assert.equal(sent("addVote").length, 1);
  assert.equal(sent("add").length, 1);
});

test("asleep for longer than the lifetime, nothing is raised from the dead", async () => {
  for (const epoch of ["run.9", "other.1"]) {
    stopClock();
    const { area, arrive, told, comeBack, sent } = await voted();
    sleepUntil(START + LIFETIME + 60_000);
    await comeBack();
    await arrive({ epoch, seq: 0 });
    await pass(10_000);
    assert.equal(area.me, null);
    assert.equal(sent("add").length, 0);
    assert.equal(sent("addVote").length, 1);
    assert.match(told.at(-1).text, /two hours are over/);
  }
});

test("the store's clock counts, not ours", async () => {
  const { arrive, comeBack, sent } = await voted();
  // Our clock says a minute has passed, the store's says three hours.
  await comeBack();
  await arrive({ epoch: "other.1", at: START + 3 * 3_600_000 });
  await pass(5_000);
  assert.equal(sent("add").length, 0);
  assert.equal(sent("addVote").length, 1);
});

test("seen off by its own userLeft, the page watches on and joins only by an act", async () => {
  const { area, change, told, sent } = await voted();
  change(3, "userLeft", { username: "Ann", reason: "expired" });
  await pass(5_000);
  assert.equal(area.me, null);
  assert.match(told.at(-1).text, /two hours are over/);
  assert.equal(sent("add").length, 0);
  area.castVote(RAMEN);
  assert.deepEqual(area.asking, { fs: RAMEN });
});

test("a reload while saving goes on with the same n", async () => {
  const storage = fakeStorage();
  const before = page(storage);
  await before.arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  before.area.castVote(RAMEN);
  await settled();
  const after = page(storage);
  await after.arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  assert.equal(after.sent("addVote")[0].n, before.sent("addVote")[0].n);
});

test("a reload long after a tap that was never acknowledged sends nothing", async () => {
  const storage = fakeStorage();
  const before = page(storage);
  await before.arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  before.area.castVote(RAMEN);
  sleepUntil(START + 180_000);
  const after = page(storage);
  await after.arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  await pass(2_000);
  assert.equal(after.sent("addVote").length, 0);
});

test("a gap asks to follow again from where the page is, and shows nothing halfway", async () => {
  const { area, wire, change } = await voted();
  change(5, "voteRemoved", { username: "Ann" });
  assert.ok(!area.live);
  assert.equal(area.vote, "ramen");
  assert.deepEqual(wire().sent.at(-1).data, { area: "lunch", epoch: "run.1", seq: 2 });
  change(6, "userLeft", { username: "Ann", reason: "left" });
  assert.equal(area.state.seq, 2);
});

test("a server that could not ask its store who we are is asked again before we believe it", async () => {
  const storage = fakeStorage();
  await voted(storage);
  const { area, arrive, wire, memory } = page(storage);
  await arrive(annVoted);
  assert.equal(area.me, null);
  assert.ok(memory.inArea("lunch").held);
  await pass(2_000);
  wire().ack("watch", { area: "lunch", at: Date.now() });
  wire().say({ event: "presence", data: { here: [], gone: [], online: 0, watching: 1 } });
  wire().ack("getMe", { username: "Ann", img: "", expiresAt: START + LIFETIME });
  await settled();
  assert.equal(area.me.username, "Ann");
  assert.equal(area.vote, "ramen");
});

test("another tab's new name and leaving are ours too", async () => {
  const { area, change } = await voted();
  change(3, "renamed", { from: "ANN", username: "Bea", img: "" });
  assert.equal(area.me.username, "Bea");
  assert.equal(area.vote, "ramen");
  change(4, "userLeft", { username: "Bea", reason: "left" });
  assert.equal(area.me, null);
});

test("leaving frees the name, and coming back takes it and the vote again", async () => {
  const { area, wire, change, told } = await voted();
  leave(area, (notice) => told.push(notice));
  await settled();
  change(3, "userLeft", { username: "Ann", reason: "left" });
  wire().ack("leave", { epoch: "run.1", seq: 3, at: Date.now() });
  await settled();
  assert.equal(area.me, null);
  const [[, back]] = told.at(-1).actions;
  back();
  await settled();
  wire().ack("add", { username: "Ann", img: "", epoch: "run.1", seq: 4, at: Date.now(), expiresAt: Date.now() + LIFETIME });
  await settled();
  assert.deepEqual(wire().asked("addVote").data, { fs: RAMEN });
});

test("an area that is looked at no more sends nothing more", async () => {
  const { area, arrive, sent, comeBack } = page();
  await arrive({ users: [{ username: "Ann" }], seq: 1, me: "Ann" });
  const before = comeBack();
  area.castVote(RAMEN);
  area.end();
  await before;
  await arrive({ me: "Ann", whole: false });
  await pass(5_000);
  assert.equal(sent("addVote").length, 0);
});

test("when the two hours are over, what the vote was for is one tap away", async () => {
  const { area, change, told } = await voted();
  change(3, "userLeft", { username: "Ann", reason: "expired" });
  await settled();
  const [[label, again]] = told.at(-1).actions;
  assert.equal(label, say("voteAgain"));
  again();
  assert.deepEqual(area.asking, { fs: RAMEN });
});

test("the own picture is kept, sent with the name, and heard of from another tab", async () => {
  const storage = fakeStorage();
  const { area, arrive, change, memory, wire } = page(storage);
  await arrive();
  const taken = area.takeName("Ann", "emoji:🍜");
  await settled();
  assert.equal(wire().asked("add").data.img, "emoji:🍜");
  wire().ack("add", { username: "Ann", img: "emoji:🍜", epoch: "run.1", seq: 1, at: Date.now() });
  await taken;
  assert.equal(memory.img, "emoji:🍜");
  change(1, "user", { username: "Ann", img: "emoji:🍜" });
  change(2, "user", { username: "Ann", img: "emoji:🦊" });
  assert.deepEqual(area.suggested.img, "emoji:🦊");
  // Another group is given what is remembered.
  const next = page(storage);
  await next.arrive();
  assert.equal(next.area.suggested.img, "emoji:🍜");
});

test("what was heard is kept in its order, presence aside, and only so much of it", async () => {
  const { area, arrive, change, wire } = page();
  await arrive();
  change(1, "user", { username: "Ann", img: "" });
  wire().say({ event: "presence", data: { here: ["Ann"], gone: [], online: 1, watching: 1 } });
  change(2, "vote", { username: "Ann", img: "", fs: RAMEN });
  assert.deepEqual(area.heard.map(({ event }) => event), ["updates", "user", "vote"]);
  for (let seq = 3; seq < 1000; seq++) change(seq, seq % 2 ? "voteRemoved" : "vote", { username: "Ann", img: "", fs: RAMEN });
  assert.ok(area.heard.length <= 404, `${area.heard.length}`);
  assert.equal(area.heard.at(-1).seq, 999);
});

test("a store that comes and goes does not fill the page with whole areas", async () => {
  const { area, arrive, wire } = page();
  await arrive();
  for (let run = 0; run < 50; run++) wire().say({ event: "updates", data: { area: "lunch", epoch: `run${run}.1`, seq: 0, users: [], venues: [RAMEN], votes: [] } });
  assert.ok(area.heard.length < 10, `${area.heard.length}`);
});

test("who joined and voted long ago has not done so anew when the vote is renewed", async () => {
  const { area, arrive, change } = page();
  await arrive({ users: [{ username: "Ann", at: 1 }], venues: [RAMEN], votes: [{ username: "Ann", id: "ramen", at: 2 }], seq: 2 });
  change(3, "user", { username: "Bob", img: "" });
  const last = 600;
  for (let seq = 4; seq < last; seq++) change(seq, seq % 2 ? "voteRemoved" : "vote", { username: "Bob", img: "", fs: RAMEN });
  change(last, "vote", { username: "Ann", img: "", fs: RAMEN });
  assert.deepEqual(activity(area.heard).filter(({ username }) => username === "Ann"), []);
});

test("what is known from before a reload without a network is no news", async () => {
  const { area, arrive, change } = page();
  const updates = { area: "lunch", epoch: "run.1", seq: 2, users: [{ username: "Ann" }], venues: [RAMEN], votes: [{ username: "Ann", id: "ramen", at: START }], expiresAt: START + LIFETIME };
  area.recall(updates, START);
  await arrive({ users: [{ username: "Ann" }], venues: [RAMEN], votes: updates.votes, seq: 2, whole: false });
  change(3, "vote", { username: "Ann", img: "", fs: RAMEN });
  assert.deepEqual(activity(area.heard).map(({ kind }) => kind), ["actVoted"]);
});

test("when what was kept is over, so is the name that goes with it", () => {
  const { area, memory } = page();
  memory.keepInArea("lunch", { held: { username: "Ann", img: "", at: START, epoch: "run.1" } });
  area.recall({ area: "lunch", epoch: "run.1", seq: 1, users: [{ username: "Ann" }], venues: [], votes: [] }, START);
  assert.equal(area.me.username, "Ann");
  area.recall(null, START);
  assert.equal(area.me, null);
});
