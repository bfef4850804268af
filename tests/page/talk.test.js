import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Area } from "../../assets/js/area.js";
import { Memory } from "../../assets/js/memory.js";
import { Socket } from "../../assets/js/socket.js";
import "../../assets/js/talk/talk.js";
import "../english.js";
import { fakeStorage, fakeWires, pass, settled, stopClock } from "./fakes.js";

const GENERAL = { id: "general", names: ["general"], unread: 0 };
const chat = (number, username, text, room = "general") => ({ event: "chat", data: { room, id: `1795340000000-000000000${number}`, username, text, at: 1_795_340_000_000 } });

beforeEach(() => stopClock());
afterEach(() => mock.timers.reset());

/** A page in `lunch`, by that name or by none, whose server is the test. */
async function page(me = "Ann", memory = new Memory(fakeStorage())) {
  const { wires, open } = fakeWires();
  const told = [];
  const socket = new Socket({ open, renewSession: async () => "ok", random: () => 0.5 });
  const area = new Area("lunch", { socket, memory, lifetime: 7_200_000, changed() {}, told: (notice) => told.push(notice) });
  socket.follow(area);
  const wire = () => wires.at(-1);
  const arrive = async () => {
    wire().opened();
    wire().ack("watch", { area: "lunch", at: Date.now() });
    const users = me ? [{ username: me }] : [];
    wire().say({ event: "updates", data: { area: "lunch", epoch: "run.1", seq: 1, users, venues: [], votes: [], online: 0, watching: 1, expiresAt: 0 } }, { event: "presence", data: { here: [], gone: [] } });
    wire().ack("getMe", me ? { area: "lunch", username: me, img: "", expiresAt: Date.now() + 7_200_000 } : { area: "lunch", username: null });
    await settled();
  };
  await arrive();
  const talk = await area.listen();
  const comeBack = async () => {
    const count = wires.length;
    if (!wire().closed) wire().end();
    while (wires.length === count) await pass(100);
    await arrive();
  };
  const asked = (event) => wires.flatMap((each) => each.sent).filter((frame) => frame.event === event);
  const texts = () => talk.room.messages.map(({ text }) => text);
  return { area, talk, wire, told, comeBack, asked, texts };
}

/** The same, with the newest page of `general` there and somebody reading it. */
async function reading() {
  const all = await page();
  all.wire().ack("getRooms", { rooms: [GENERAL] });
  all.talk.look(true);
  await settled();
  all.wire().ack("getChat", { messages: [chat(1, "Bob", "Thai?").data] });
  await settled();
  return all;
}

test("without a name nothing is asked for", async () => {
  const { asked } = await page(null);
  assert.deepEqual(asked("getRooms"), []);
});

test("a message is there once it is acknowledged, whichever comes first, the ack or the event", async () => {
  for (const eventFirst of [true, false]) {
    const { talk, wire, texts } = await reading();
    talk.say("general", "Yes", () => {});
    await settled();
    const { data } = chat(2, "Ann", "Yes");
    if (eventFirst) wire().say({ event: "chat", data });
    assert.deepEqual([texts(), talk.outbox.items.length], [["Thai?"], 1]);
    wire().ack("addChat", { id: data.id, at: data.at });
    await settled();
    if (!eventFirst) wire().say({ event: "chat", data });
    assert.deepEqual([texts(), talk.outbox.items.length], [["Thai?", "Yes"], 0]);
  }
});

test("a message that is cut off is sent again with the same number", async () => {
  const { talk, wire, asked, comeBack } = await reading();
  talk.say("general", "Yes", () => {});
  await settled();
  await comeBack();
  await pass(1_000);
  const sent = asked("addChat");
  assert.deepEqual([sent.length, sent[0].n, sent[0].data], [2, sent[1].n, sent[1].data]);
  wire().ack("addChat", { id: chat(2).data.id, at: Date.now() });
  await settled();
  assert.deepEqual(talk.outbox.items, []);
});

test("one that a later change has overtaken is said anew, with a new number", async () => {
  const { talk, wire, asked } = await reading();
  talk.say("general", "Yes", () => {});
  await settled();
  wire().ack("addChat", { id: null, at: Date.now() });
  await pass(10, 1);
  const [first, second] = asked("addChat");
  assert.ok(second.n > first.n);
});

test("a vote that is on its way goes before a message, so that its number is not an old one", async () => {
  const { area, talk, wire, asked } = await reading();
  area.castVote({ id: "ramen", name: "Ramen" });
  talk.say("general", "Yes", () => {});
  await pass(700);
  assert.deepEqual([asked("addVote").length, asked("addChat").length], [1, 0]);
  wire().ack("addVote", { epoch: "run.1", seq: 2, at: Date.now() });
  await pass(3_500);
  assert.equal(asked("addChat").length, 1);
  assert.ok(asked("addChat")[0].n > asked("addVote")[0].n);
});

test("messages go one after the other, in their order", async () => {
  const { talk, wire, asked, texts } = await reading();
  for (const text of ["one", "two"]) talk.say("general", text, () => {});
  await settled();
  assert.deepEqual(asked("addChat").map(({ data }) => data.text), ["one"]);
  wire().ack("addChat", { id: chat(2).data.id, at: Date.now() });
  await settled();
  wire().ack("addChat", { id: chat(3).data.id, at: Date.now() });
  await settled();
  assert.deepEqual(texts(), ["Thai?", "one", "two"]);
});

test("a refused message stays, with why, and holds up nobody", async () => {
  const { talk, wire, asked } = await reading();
  talk.say("general", "bad", () => {});
  talk.say("general", "good", () => {});
  await settled();
  wire().refuse("addChat", "badText");
  await settled();
  assert.deepEqual(talk.outbox.items.map(({ phase }) => phase), ["failed", "sending"]);
  assert.equal(asked("addChat").length, 2);
  talk.outbox.drop(talk.outbox.items[0]);
  assert.equal(talk.outbox.items.length, 1);
});

test("after two minutes without a network a message asks, and is sent with its number when told to", async () => {
  const { talk, wire, asked, comeBack } = await reading();
  talk.say("general", "Yes", () => {});
  await settled();
  wire().end();
  await pass(121_000, 1_000);
  assert.equal(talk.outbox.items[0].phase, "failed");
  await comeBack();
  talk.outbox.again(talk.outbox.items[0]);
  await settled();
  const sent = asked("addChat");
  assert.equal(sent.at(-1).n, sent[0].n);
});

test("who has no name is asked for one first, and says it then", async () => {
  const { area, talk, wire, asked } = await page(null);
  let done = false;
  talk.say("general", "Yes", () => (done = true));
  assert.deepEqual([area.asking.by, done, talk.outbox.items.length], ["talk", false, 0]);
  const taken = area.takeName("Ann");
  await settled();
  wire().ack("add", { username: "Ann", img: "", epoch: "run.1", seq: 2, at: Date.now() });
  await taken;
  await settled();
  assert.ok(done);
  assert.equal(asked("addChat").length, 1);
});

test("a private room appears with the first message, unread, and is told as read when it is opened", async () => {
  const { talk, wire, asked } = await reading();
  wire().say({ event: "room", data: { id: "p", names: ["Ann", "Bob"] } }, chat(1, "Bob", "Psst", "p"));
  assert.deepEqual([talk.unread, [...talk.rooms.keys()]], [1, ["general", "p"]]);
  talk.choose("p");
  await settled();
  assert.deepEqual(asked("getChat").at(-1).data, { room: "p" });
  assert.equal(talk.unread, 0);
});

test("what comes while somebody reads is told to the server as read, at once and then now and then", async () => {
  const { talk, wire, asked } = await reading();
  const told = () => asked("getChat").filter(({ data }) => data.limit === 1).map(({ data }) => data.room);
  wire().say(chat(2, "Bob", "!"));
  assert.equal(talk.unread, 0);
  await pass(100);
  assert.deepEqual(told(), ["general"]);
  for (const number of [3, 4]) wire().say(chat(number, "Bob", "!"));
  await pass(1_500);
  assert.deepEqual(told(), ["general"]);
  await pass(1_000);
  assert.deepEqual(told(), ["general", "general"]);
});

test("what is said is no change of the area: it makes no gap", async () => {
  const { area, wire, asked } = await reading();
  wire().say(chat(2, "Bob", "!"));
  assert.equal(asked("watch").length, 1);
  assert.ok(area.live);
});

test("a cleared area has no talk", async () => {
  const { talk, wire, texts } = await reading();
  wire().say({ event: "cleared", epoch: "run.1", seq: 2, at: Date.now(), data: { reason: "expired" } });
  await settled();
  assert.deepEqual([texts(), talk.here, talk.unread], [[], "general", 0]);
});

test("coming back, rooms and the newest page are asked for anew", async () => {
  const { wire, comeBack, asked, texts } = await reading();
  await comeBack();
  assert.equal(asked("getRooms").length, 2);
  wire().ack("getRooms", { rooms: [GENERAL] });
  await settled();
  wire().ack("getChat", { messages: [chat(2, "Bob", "At noon").data, chat(1, "Bob", "Thai?").data] });
  await settled();
  assert.deepEqual(texts(), ["Thai?", "At noon"]);
});

/** What a tab keeps over a reload, and the moments of its coming and going. */
function fakeTab(t) {
  const listeners = new Map();
  const fakes = {
    sessionStorage: fakeStorage(),
    addEventListener: (name, listener) => listeners.set(name, [...(listeners.get(name) ?? []), listener]),
    removeEventListener: (name, listener) => listeners.set(name, listeners.get(name).filter((other) => other !== listener)),
  };
  for (const [name, value] of Object.entries(fakes)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  }
  return (name, event = {}) => (listeners.get(name) ?? []).forEach((listener) => listener(event));
}

test("a message on its way outlives a reload with its number, and what is in the field does", async (t) => {
  const happens = fakeTab(t);
  const memory = new Memory(fakeStorage());
  const first = await page("Ann", memory);
  first.talk.say("general", "Yes", () => {});
  first.talk.drafts.set("general", "And");
  await settled();
  const [{ n }] = first.asked("addChat");
  happens("pagehide");
  const second = await page("Ann", memory);
  await settled();
  assert.deepEqual(second.asked("addChat").map((frame) => [frame.n, frame.data.text]), [[n, "Yes"]]);
  assert.equal(second.talk.drafts.get("general"), "And");
  const copy = await page("Ann", memory);
  assert.deepEqual([copy.talk.outbox.items, copy.talk.drafts.size], [[], 0]);
});

test("what waited too long over a reload asks, and what is another person's is not there", async (t) => {
  const happens = fakeTab(t);
  for (const [later, name, phases] of [[60_000, "Ann", ["sending"]], [121_000, "Ann", ["failed"]], [0, "Bob", []]]) {
    const memory = new Memory(fakeStorage());
    const first = await page("Ann", memory);
    first.wire().end();
    first.talk.say("general", "Yes", () => {});
    await settled();
    happens("pagehide");
    mock.timers.setTime(Date.now() + later);
    memory.keepInArea("lunch", { held: { username: name, img: "", at: Date.now(), epoch: "run.1" } });
    const second = await page(name, memory);
    await settled();
    assert.deepEqual(second.talk.outbox.items.map(({ phase }) => phase), phases, `${later} ms later, as ${name}`);
    for (const { talk } of [first, second]) talk.end();
    sessionStorage.removeItem("wte.unsaid.lunch");
  }
});
