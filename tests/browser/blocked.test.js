// Networks that let no WebSocket through: the page goes over to events and REST by itself, does all that it does elsewhere, and goes
// back when it can.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say, sayError } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { until } from "./wait.js";

/** A call by REST that is refused is something that Chromium says, too. */
const REFUSED = /status of 409/;

/** Ann is behind a proxy without WebSockets, Bob is not; both look at lunch. */
async function divided(t, { before = async () => {} } = {}) {
  const scene = await Scene.open(t, { cable: true });
  scene.cable.blockSockets();
  const ann = (await scene.person("phone")).expect(BROKEN_NETWORK).expect(REFUSED);
  const bob = (await scene.person()).expect(BROKEN_NETWORK);
  bob.base = scene.server.url;
  ann.streams = [];
  ann.page.on("request", (asked) => /\/events(\?|$)/.test(asked.url()) && ann.streams.push(asked.url()));
  await before(ann);
  await Promise.all([ann.enter("lunch"), bob.enter("lunch")]);
  return { scene, ann, bob };
}

/** The page has a socket, and something was said on it. */
const onSocket = (person) => person.heard.length > 0;

test("where WebSockets are blocked the page is live by events, and who uses it does not notice", async (t) => {
  const { ann, bob } = await divided(t);
  await ann.suggest("Ramen", "Ann");
  await bob.sees(["Ramen", "1 vote", "Ann"]);
  await bob.reads(say("hereNow", { n: 1 }));
  await bob.suggest("Thai", "Bob");
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
  await ann.reads(say("hereNow", { n: 2 }));

  await ann.vote("Thai");
  await bob.sees(["Thai", "2 votes", "Bob, Ann"], ["Ramen", "0 votes", ""]);
  await ann.vote("Thai");
  await bob.sees(["Thai", "1 vote", "Bob"], ["Ramen", "0 votes", ""]);
  await ann.press(ann.button(say("undo")));
  await bob.sees(["Thai", "2 votes", "Bob, Ann"], ["Ramen", "0 votes", ""]);

  await ann.press(ann.button(say("changeName")));
  await ann.giveName("Bob");
  await ann.reads(sayError({ code: "nameTaken" }));
  await ann.giveName("Anna");
  await bob.sees(["Thai", "2 votes", "Bob, Anna"], ["Ramen", "0 votes", ""]);

  await ann.press(ann.button(say("leave")));
  await bob.sees(["Thai", "1 vote", "Bob"], ["Ramen", "0 votes", ""]);
  await bob.reads(say("hereNow", { n: 1 }));
  await ann.isLive();
  assert.ok(!onSocket(ann), "no socket said anything");
  assert.ok(ann.streams.length > 0);
});

test("the choice is kept for the tab: a page loaded anew is live at once, with its name and vote", async (t) => {
  const { scene, ann } = await divided(t);
  await ann.suggest("Ramen", "Ann");
  const sockets = [];
  ann.page.on("websocket", (socket) => sockets.push(socket.url()));
  await ann.page.reload();
  await ann.isLive();
  await ann.standsFor("Ramen");
  assert.deepEqual(sockets, []);
  await until("Ann is here again", async () => (await scene.server.area("lunch")).online === 1);
});

test("a server that ends and comes back is a blink by events too", async (t) => {
  const { scene, ann, bob } = await divided(t);
  await ann.suggest("Ramen", "Ann");
  await scene.server.kill();
  await ann.linkSays("linkOffline");
  await ann.writeIn("Thai");
  await scene.server.start();
  await ann.standsFor("Thai");
  await bob.sees(["Thai", "1 vote", "Ann"], ["Ramen", "0 votes", ""]);
  assert.equal(await scene.server.stop(), 0, "it ends in order, with a stream open");
  await scene.server.start();
  await ann.isLive();
  await ann.standsFor("Thai");
  assert.ok(!onSocket(ann));
});

test("when REST fails too it is offline, and comes back by events", async (t) => {
  const { scene, ann, bob } = await divided(t);
  await ann.suggest("Ramen", "Ann");
  scene.cable.cut();
  await ann.linkSays("linkOffline");
  await bob.suggest("Thai", "Bob");
  scene.cable.mend();
  scene.cable.blockSockets();
  await ann.isLive();
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
});

test("five minutes later the socket is tried again, and taken when it is let through", async (t) => {
  const { scene, ann, bob } = await divided(t, { before: (person) => person.page.clock.install() });
  await ann.suggest("Ramen", "Ann");
  await ann.page.clock.fastForward("05:01");
  await ann.isLive();
  assert.ok(!onSocket(ann), "it is still blocked");
  scene.cable.mend();
  await ann.page.clock.fastForward("05:01");
  await until("the socket serves", () => ann.heard.some(({ event }) => event === "presence"));
  await ann.isLive();
  await ann.standsFor("Ramen");
  const streams = ann.streams.length;
  await bob.suggest("Thai", "Bob");
  await ann.sees(["Ramen", "1 vote", "Ann"], ["Thai", "1 vote", "Bob"]);
  await ann.vote("Thai");
  await bob.sees(["Thai", "2 votes", "Bob, Ann"], ["Ramen", "0 votes", ""]);
  assert.ok(ann.sent.some(({ event }) => event === "addVote"), "by the socket");
  assert.equal(ann.streams.length, streams);
});

test("the landing page tells the live count by events too", async (t) => {
  const { scene, ann, bob } = await divided(t);
  await ann.goto("/");
  const eve = await scene.person();
  eve.base = scene.server.url;
  await eve.enter("dinner");
  await bob.isLive();
  await until("the count is shown", async () => (await ann.page.locator("#live-count").textContent()) === say("liveCount", { n: 2 }));
});
