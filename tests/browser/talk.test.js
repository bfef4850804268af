// Talk over two servers on one Redis, as three people with browsers live it: what all read, what two read alone, what was said before,
// and what a server's death and a lost network do to it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { Server } from "./server.js";
import { joins, openRoom, openTalk, readsTalk, roomTab, talkOf, unread, unreadOn, write } from "./talking.js";
import { become, until } from "./wait.js";

/** More than a page of messages, so that the oldest are not there at once. */
const MANY = 120;
/** So many are said while a server is killed. */
const SPOKEN = 12;

/** Ann at one server, Bob and Cleo at another one on the same Redis, all in the talk of `lunch`. */
async function three(t) {
  const scene = await Scene.open(t, { redis: true });
  const second = new Server({ REDIS_URL: scene.redis.url, SESSION_SECRET: "a secret for the browser tests alone" });
  t.after(() => second.close());
  await second.start();
  const [ann, bob, cleo] = [await scene.person("phone"), await scene.person("laptop"), await scene.person("laptop")];
  for (const person of [bob, cleo]) person.base = second.url;
  await Promise.all([joins(ann, "lunch", "Ann"), joins(bob, "lunch", "Bob"), joins(cleo, "lunch", "Cleo")]);
  return { scene, ann, bob, cleo };
}

/** One server, and Ann in the talk. */
async function alone(t, more) {
  const scene = await Scene.open(t, more);
  const ann = await scene.person("phone");
  if (more?.cable) ann.expect(BROKEN_NETWORK);
  await joins(ann, "lunch", "Ann");
  return { scene, ann };
}

const hears = (person, words) => JSON.stringify(person.heard).includes(words);

/** What the server answers over a socket of this browser's own making. */
const asks = ({ page }, ...frames) =>
  page.evaluate(async (frames) => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws`);
    await new Promise((done) => (socket.onopen = done));
    const answers = [];
    for (const [id, frame] of frames.entries()) {
      const answered = new Promise((done) => {
        socket.onmessage = ({ data }) => [JSON.parse(data)].flat().forEach((event) => event.id === id && done(event));
      });
      socket.send(JSON.stringify({ ...frame, id }));
      answers.push(await answered);
    }
    socket.close();
    return answers.map(({ event, data }) => ({ event, data }));
  }, frames);

test("what is said in general is read by all, at whichever server they are", async (t) => {
  const { ann, bob, cleo } = await three(t);
  await write(ann, "Anyone for noodles?");
  await readsTalk(bob, "Anyone for noodles?");
  await write(bob, "Yes, at one.");
  for (const person of [ann, bob, cleo]) await readsTalk(person, "Anyone for noodles?", "Yes, at one.");
});

test("what two say alone reaches no third one's socket, and asked for by its id the room is not there", async (t) => {
  const { ann, bob, cleo } = await three(t);
  await bob.press(bob.page.locator("#people-list").getByRole("button", { name: "Ann" }));
  await roomTab(bob, "Ann").waitFor();
  await write(bob, "A surprise for Cleo?");
  await openRoom(ann, "Bob");
  await readsTalk(ann, "A surprise for Cleo?");
  await write(ann, "A cake.");
  await readsTalk(bob, "A surprise for Cleo?", "A cake.");
  // What is said to all after it has come, so what was before it would be here too.
  await openRoom(bob, say("talkGeneral"));
  await write(bob, "Shall we go?");
  await readsTalk(cleo, "Shall we go?");
  const room = bob.heard.find(({ event, data }) => event === "chat" && data.text === "A cake.").data.room;
  for (const words of [room, "surprise", "A cake."]) {
    assert.ok(hears(ann, words) && hears(bob, words), `${words}: both have heard it`);
    assert.ok(!hears(cleo, words), `${words}: only they have`);
  }
  assert.ok(hears(cleo, "Shall we go?"), "what is searched is what came");
  assert.equal(await roomTab(cleo, "Ann").or(roomTab(cleo, "Bob")).count(), 0);

  const other = room.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  const inRoom = (id) => [{ event: "getChat", data: { room: id } }, { event: "addChat", n: Date.now(), data: { room: id, text: "Hello" } }];
  const [, rooms, ...told] = await asks(cleo, { event: "watch", data: { area: "lunch" } }, { event: "getRooms" }, ...inRoom(room), ...inRoom(other));
  assert.deepEqual(rooms.data.rooms.map(({ id }) => id), ["general"]);
  assert.deepEqual(told.map(({ data }) => data.code), Array(4).fill("noSuchRoom"));
  assert.deepEqual(told.slice(0, 2), told.slice(2), "in the words for a room that never was");
  const [, ours] = await asks(ann, { event: "watch", data: { area: "lunch" } }, { event: "getChat", data: { room } });
  assert.deepEqual(ours.data.messages.map(({ text }) => text), ["A cake.", "A surprise for Cleo?"], "who may is answered");
});

test("a server is killed while they chat: what was acknowledged is there, and nothing twice", async (t) => {
  const { scene, ann, bob } = await three(t);
  ann.expect(BROKEN_NETWORK);
  const texts = Array.from({ length: SPOKEN }, (_, i) => `Word ${i + 1} of ${SPOKEN}.`);
  for (const text of texts.slice(0, 4)) await write(ann, text);
  const acked = () => ann.heard.filter(({ event, data }) => event === "ack" && typeof data?.id === "string");
  await until("some are acknowledged", () => acked().length >= 2);
  const dying = scene.server.kill();
  for (const text of texts.slice(4)) await write(ann, text);
  await dying;
  const kept = acked().map(({ data }) => data.id);
  await until("the rest waits, and says so", async () => (await talkOf(ann)).at(-1) === `${texts.at(-1)}: ${say("talkWaiting")}`);
  await write(bob, "Are you still there?");
  await scene.server.start();
  await ann.isLive();
  const question = "Are you still there?";
  for (const person of [ann, bob]) {
    const ofAnn = async () => (await talkOf(person)).filter((text) => text !== question);
    await become("all is said, each once, in its order", ofAnn, texts);
    assert.ok((await talkOf(person)).includes(question));
  }
  const { messages } = (await asks(bob, { event: "watch", data: { area: "lunch" } }, { event: "getChat", data: { room: "general", limit: 100 } }))[1].data;
  assert.equal(messages.length, SPOKEN + 1);
  for (const id of kept) assert.ok(messages.some((message) => message.id === id), "acknowledged before, there after");
});

test("a reload has what was said before, and who scrolls up gets what was before that, without losing the place", async (t) => {
  const { scene, ann } = await alone(t, { settings: { WTE__LIMITS__EVENT_BURST: "0" } });
  const bob = await scene.guest("lunch").take("Bob");
  for (let i = 1; i <= MANY; i++) await bob.say(`Message ${i}`);
  await ann.page.reload();
  await openTalk(ann);
  await until("the newest are there", async () => (await talkOf(ann)).at(-1) === `Message ${MANY}`);
  assert.equal((await talkOf(ann)).length, 50);
  for (const [first, top] of [[MANY - 49, 50], [MANY - 99, 100]]) {
    assert.equal((await talkOf(ann))[0], `Message ${first}`);
    const line = ann.page.locator(".said").filter({ hasText: new RegExp(`^.*Message ${first}$`) });
    // The person scrolls with a wheel or a finger, and reads on where they were.
    await ann.page.locator("#talk-log").evaluate((log) => (log.scrollTop = 0));
    await until("older ones are there", async () => (await talkOf(ann)).length > top);
    assert.ok(await line.evaluate((el) => el.offsetTop - el.parentElement.parentElement.scrollTop < el.parentElement.parentElement.clientHeight), "the line is still to be seen");
    assert.ok((await ann.page.locator("#talk-log").evaluate((log) => log.scrollTop)) > 0, "what came stands above it");
  }
  await become("all of them", async () => (await talkOf(ann)).length, MANY);
  assert.deepEqual(await talkOf(ann), Array.from({ length: MANY }, (_, i) => `Message ${i + 1}`));
  assert.equal(await ann.button(say("talkOlder")).isVisible(), false, "there is nothing before the first");
});

test("a message that is written offline waits, says so, and is sent once", async (t) => {
  const { scene, ann } = await alone(t, { cable: true });
  const bob = await scene.guest("lunch").take("Bob");
  scene.cable.cut();
  await ann.linkSays("linkOffline");
  await write(ann, "In the lift.");
  await readsTalk(ann, `In the lift.: ${say("talkWaiting")}`);
  await bob.say("Where are you?");
  scene.cable.mend();
  await ann.isLive();
  await readsTalk(ann, "Where are you?", "In the lift.");
  await ann.page.reload();
  await openTalk(ann);
  await readsTalk(ann, "Where are you?", "In the lift.");
});

test("a message whose acknowledgement was lost is not known to be there, and is said once all the same", async (t) => {
  const { scene, ann } = await alone(t, { cable: true });
  const eve = await scene.person("laptop");
  eve.base = scene.server.url;
  await joins(eve, "lunch", "Eve");
  scene.cable.clog();
  await write(ann, "Coming!");
  await readsTalk(eve, "Coming!");
  await readsTalk(ann, `Coming!: ${say("talkSending")}`);
  scene.cable.cut();
  scene.cable.mend();
  for (const person of [ann, eve]) await readsTalk(person, "Coming!");
  assert.equal(ann.sent.filter(({ event }) => event === "addChat").length, 2, "it was sent twice");
});

test("what is not sent outlives a reload of its tab, and is not in a copy of it", async (t) => {
  const { scene, ann } = await alone(t, { cable: true });
  scene.cable.clog();
  await write(ann, "Coming!");
  await write(ann, "With an umbrella.");
  await ann.page.fill("#talk-field", "Not finis");
  const unsaid = () => ann.page.evaluate(() => Object.keys(sessionStorage));
  assert.deepEqual(await unsaid(), [], "what a copy of the tab would get");
  scene.cable.cut();
  scene.cable.mend();
  await ann.page.reload();
  await openTalk(ann);
  await readsTalk(ann, "Coming!", "With an umbrella.");
  assert.equal(await ann.page.inputValue("#talk-field"), "Not finis");
  const { messages } = (await asks(ann, { event: "watch", data: { area: "lunch" } }, { event: "getChat", data: { room: "general" } }))[1].data;
  assert.deepEqual(messages.map(({ text }) => text), ["With an umbrella.", "Coming!"]);
  assert.deepEqual(await unsaid(), []);
});

test("what is unread is counted, on the talk and on its rooms, and not any more once it was read", async (t) => {
  const { scene, ann } = await alone(t);
  await ann.press(ann.page.locator("#standings-tab"));
  const bob = await scene.guest("lunch").take("Bob");
  await bob.say("One");
  await bob.say("Two");
  await bob.say("Three, for you", await bob.room({ with: "Ann" }));
  await become("three are unread", () => unread(ann), "3");
  assert.equal(await ann.page.locator("#talk-unread").textContent(), say("talkUnread", { n: 3 }));
  await openTalk(ann);
  await become("what stands open is read", () => unread(ann), "1");
  assert.deepEqual([await unreadOn(ann, say("talkGeneral")), await unreadOn(ann, "Bob")], ["", "1"]);
  await ann.page.reload();
  await become("the same after a reload", () => unread(ann), "1");
  await openTalk(ann);
  await openRoom(ann, "Bob");
  await become("all is read", () => unread(ann), "");
  await ann.page.reload();
  await ann.isLive();
  await bob.say("Four");
  await become("after a reload it is only what came since", () => unread(ann), "1");
});

test("addresses are links, and nothing else is: no script, no markup, no disguise", async (t) => {
  const { scene, ann } = await alone(t);
  const bob = await scene.guest("lunch").take("Bob");
  const page = `${scene.server.url}/a/dessert`;
  await bob.say(`The cakes: ${page}. "javascript:alert(1)" <img src=x onerror=alert(1)> https://bank.example@evil.example/ data:text/html,x`);
  await readsTalk(ann, `The cakes: ${page}${say("opensNew")}. "javascript:alert(1)" <img src=x onerror=alert(1)> https://bank.example@evil.example/ data:text/html,x`);
  const links = ann.page.locator("#talk-log a");
  assert.deepEqual(await links.evaluateAll((all) => all.map((link) => [link.href, link.target, link.rel])), [[page, "_blank", "noopener noreferrer nofollow"]]);
  assert.equal(await ann.page.locator("#talk-log img").count(), 0);
  const [tab] = await Promise.all([ann.context.waitForEvent("page"), ann.press(links)]);
  await tab.waitForURL(page);
  assert.equal(await tab.evaluate(() => window.opener), null);
  assert.equal(await tab.evaluate(() => document.referrer), "");
});

test("a place with votes leads to its row, one without is a word like others", async (t) => {
  const { scene, ann } = await alone(t);
  const bob = await scene.guest("lunch").take("Bob");
  await bob.vote("Ramen Ya");
  await bob.say("Ramen ya or Golden Curry House?");
  await ann.press(ann.button("Ramen ya"));
  await until("its button has the focus", () => ann.voteButton("Ramen Ya").evaluate((button) => button === document.activeElement));
  await until("it is to be seen", () => ann.voteButton("Ramen Ya").isVisible());
  await openTalk(ann);
  await bob.vote("Golden Curry House");
  await until("the other one is the link now", async () => (await ann.page.locator(".mention").allTextContents()).join() === "Golden Curry House");
});
