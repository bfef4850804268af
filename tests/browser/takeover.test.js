// One person on two devices: the name goes over by a one-time code, scanned or typed, and only after a tap.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say, sayError } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

const dialog = (person) => person.page.getByRole("dialog");
const field = (person) => person.page.getByLabel(say("claimCode"), { exact: true });
const names = (person) => person.page.locator("#people-list bdi").allTextContents();
const isGone = (person) => become("the dialog is closed", () => dialog(person).count(), 0);

/** Ann, on a laptop, has a name and a vote; her phone looks on. */
async function begun(t, more) {
  const scene = await Scene.open(t, more);
  const ann = await (await scene.person("laptop")).enter("lunch");
  await ann.suggest("Ramen", "Ann");
  const phone = await (await scene.person("phone")).enter("lunch");
  await phone.sees(["Ramen", "1 vote", "Ann"]);
  return { scene, ann, phone };
}

/** Opens the dialog with the code: what a person reads there, and what a camera does. */
async function offered(person) {
  const [answer] = await Promise.all([
    person.page.waitForResponse("**/api/takeover"),
    person.press(person.button(say("handOver"))),
  ]);
  const { link } = await answer.json();
  await dialog(person).getByRole("img", { name: say("codeScan") }).waitFor();
  return { link, typed: await dialog(person).locator(".code-words").textContent() };
}

/** The name is taken, and it is one's own. */
async function itsMe(person, name = "Ann") {
  await person.vote("Ramen");
  await person.giveName(name);
  await person.press(person.nameForm.getByRole("button", { name: say("nameMine") }));
  await field(person).waitFor();
}

async function type(person, code) {
  await field(person).fill(code);
  await person.press(dialog(person).getByRole("button", { name: say("claimGo"), exact: true }));
}

const agree = (person, name = "Ann") => person.press(person.button(say("claimYes", { name })));

test("a scanned code asks first, then both devices are one person with one vote", async (t) => {
  const { scene, ann, phone } = await begun(t);
  const { link } = await offered(ann);
  await phone.page.goto(link);
  await phone.reads(say("claimAsk", { name: "Ann" }));
  assert.equal(new URL(phone.page.url()).hash, "", "the code is not left in the address");
  await phone.isLive();
  assert.equal(await phone.voteButton("Ramen").locator("span").first().textContent(), say("vote"), "nothing is done by opening it");
  await agree(phone);
  await phone.noticeSays(say("claimed", { name: "Ann" }));
  await isGone(phone);
  await phone.standsFor("Ramen");
  assert.deepEqual(await names(phone), ["Ann"]);
  await phone.suggest("Thai");
  await ann.standsFor("Thai");
  // The other device goes on as before.
  await ann.press(dialog(ann).getByRole("button", { name: say("close") }));
  await ann.vote("Ramen");
  await phone.standsFor("Ramen");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen" });
  // And it lasts, in other groups too.
  await ann.enter("dinner");
  await ann.suggest("Sushi", "Anna");
  await phone.enter("dinner");
  await phone.standsFor("Sushi");
  await phone.page.reload();
  await phone.standsFor("Sushi");
});

test("a typed code does the same, and then the act that waited for the name", async (t) => {
  const { scene, ann, phone } = await begun(t);
  const bob = scene.guest("lunch");
  await (await bob.take("Bob")).vote("Thai");
  const { typed } = await offered(ann);
  await phone.row("Thai").waitFor();
  await phone.vote("Thai");
  await phone.giveName("Ann");
  await phone.press(phone.nameForm.getByRole("button", { name: say("nameMine") }));
  await type(phone, typed.toLowerCase().replace("-", " "));
  await phone.reads(say("claimAsk", { name: "Ann" }));
  await agree(phone);
  await phone.standsFor("Thai");
  await ann.standsFor("Thai");
  assert.equal(await phone.nameForm.count(), 0);
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Thai", Bob: "Thai" });
});

test("who sees their own name among the others can say so before they are asked for one", async (t) => {
  const { ann, phone } = await begun(t);
  const { typed } = await offered(ann);
  await phone.press(phone.button(say("nameMine")));
  await type(phone, typed);
  await agree(phone);
  await phone.standsFor("Ramen");
  assert.equal(await phone.page.locator("#claim").isVisible(), false, "there is nothing left to claim");
});

test("what the device was here before goes: one person has one vote", async (t) => {
  const { scene, ann, phone } = await begun(t);
  await phone.suggest("Thai", "Ann on the phone");
  const { link } = await offered(ann);
  await phone.page.goto(link);
  await phone.reads(say("claimLeaves", { name: "Ann on the phone" }));
  await agree(phone);
  await phone.standsFor("Ramen");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen" });
  await become("the other name is free", () => names(ann), ["Ann"]);
});

test("whoever says no stays who they are", async (t) => {
  const { ann, phone } = await begun(t);
  const { link } = await offered(ann);
  await phone.page.goto(link);
  await phone.reads(say("claimAsk", { name: "Ann" }));
  await phone.press(dialog(phone).getByRole("button", { name: say("cancel") }));
  await isGone(phone);
  await phone.vote("Ramen");
  await phone.nameField.waitFor();
  // The code is still good: nothing was used up.
  await phone.page.goto(link);
  await phone.reads(say("claimAsk", { name: "Ann" }));
});

test("all tabs of the device become that person", async (t) => {
  const { scene, ann, phone } = await begun(t);
  const tab = await scene.secondTab(phone);
  await tab.enter("lunch");
  const { typed } = await offered(ann);
  await phone.page.bringToFront();
  await itsMe(phone);
  await type(phone, typed);
  await agree(phone);
  await phone.standsFor("Ramen");
  await tab.standsFor("Ramen");
});

test("a code is good once; three devices take two codes", async (t) => {
  const { scene, ann, phone } = await begun(t);
  const first = await offered(ann);
  await phone.page.goto(first.link);
  await agree(phone);
  await phone.standsFor("Ramen");
  const tablet = (await scene.person("phone")).expect(/status of 404/);
  await tablet.page.goto(first.link);
  await tablet.reads(sayError({ code: "noSuchCode" }));
  // Another one comes from either device.
  const second = await offered(phone);
  await type(tablet, second.typed);
  await agree(tablet);
  await tablet.standsFor("Ramen");
  await tablet.suggest("Thai");
  await ann.standsFor("Thai");
  await phone.standsFor("Thai");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Thai" });
});

test("a code ends: the device that shows it says so and has a new one, the other one reads a sentence", async (t) => {
  const { ann, phone } = await begun(t, { settings: { WTE__SESSION__TAKEOVER_SECS: "2" } });
  phone.expect(/status of 404/);
  const { link } = await offered(ann);
  await ann.reads(say("codeOver"));
  assert.equal(await dialog(ann).getByRole("img").count(), 0, "it cannot be scanned any more");
  await phone.page.goto(link);
  await phone.reads(sayError({ code: "noSuchCode" }));
  await ann.press(ann.button(say("codeNew")));
  await dialog(ann).getByRole("img", { name: say("codeScan") }).waitFor();
});

test("the time that is left counts down", async (t) => {
  const scene = await Scene.open(t);
  // A minute passes in a moment: to the page its server seems silent.
  const ann = (await scene.person("laptop")).expect(BROKEN_NETWORK);
  await ann.page.clock.install();
  await ann.enter("lunch");
  await ann.suggest("Ramen", "Ann");
  await offered(ann);
  const left = async () => Number(/\d+/.exec(await dialog(ann).getByRole("timer").textContent())[0]);
  const before = await left();
  assert.ok(before > 30 && before <= 60, `${before}`);
  await ann.page.clock.runFor(20_000);
  await until("twenty seconds are gone", async () => (await left()) <= before - 20);
  await ann.page.clock.runFor(60_000);
  await ann.reads(say("codeOver"));
});

test("a wrong code says so at its field, and who goes on guessing is told to wait", async (t) => {
  const { scene, phone } = await begun(t, { settings: { WTE__SESSION__TAKEOVER_TRIES: "3" } });
  phone.expect(/status of (404|429)/);
  await itsMe(phone);
  await type(phone, "no code");
  await phone.reads(sayError({ code: "noSuchCode" }));
  assert.equal(await field(phone).getAttribute("aria-invalid"), "true");
  assert.equal(await phone.page.evaluate(() => document.activeElement.id), "code");
  await until("it is told to wait", async () => {
    await type(phone, "0000-0000");
    return phone.page.getByText(sayError({ code: "rateLimited" })).isVisible();
  });
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen" });
});

test("without a connection each side says so, and may try again", async (t) => {
  const { ann, phone } = await begun(t);
  ann.expect(/net::ERR_FAILED/);
  phone.expect(/net::ERR_FAILED/);
  await ann.page.route("**/api/takeover", (route) => route.abort());
  await ann.press(ann.button(say("handOver")));
  await ann.reads(sayError({ code: "notConnected" }));
  await ann.page.unroute("**/api/takeover");
  await ann.press(dialog(ann).getByRole("button", { name: say("panelAgain") }));
  const typed = await dialog(ann).locator(".code-words").textContent();
  await itsMe(phone);
  await phone.page.route("**/api/takeover/claim", (route) => route.abort());
  await type(phone, typed);
  await agree(phone);
  await phone.reads(sayError({ code: "notConnected" }));
  await phone.page.unroute("**/api/takeover/claim");
  await agree(phone);
  await phone.standsFor("Ramen");
});

test("a device whose clock is behind is heard all the same, and one whose clock is ahead does not drown the others", async (t) => {
  const scene = await Scene.open(t);
  const ahead = await scene.person("laptop");
  await ahead.page.clock.install({ time: Date.now() + 30 * 60_000 });
  const behind = await scene.person("phone");
  await behind.page.clock.install({ time: Date.now() - 30 * 60_000 });
  await ahead.enter("lunch");
  await ahead.suggest("Ramen", "Ann");
  const { link } = await offered(ahead);
  await behind.page.goto(link);
  await agree(behind);
  await behind.standsFor("Ramen");
  await behind.suggest("Thai");
  await ahead.standsFor("Thai");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Thai" });
  await ahead.press(dialog(ahead).getByRole("button", { name: say("close") }));
  await ahead.vote("Ramen");
  await behind.standsFor("Ramen");
  await behind.vote("Thai");
  await ahead.standsFor("Thai");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Thai" });
});

test("with the keyboard alone, on both devices", async (t) => {
  const { scene, ann } = await begun(t);
  const other = await (await scene.person("laptop")).enter("lunch");
  await ann.button(say("handOver")).focus();
  await ann.page.keyboard.press("Enter");
  const typed = await dialog(ann).locator(".code-words").textContent();
  await ann.page.keyboard.press("Escape");
  await isGone(ann);
  assert.equal(await ann.page.evaluate(() => document.activeElement.id), "hand-over");
  await other.voteButton("Ramen").focus();
  const { keyboard } = other.page;
  await keyboard.press("Enter");
  await other.nameField.waitFor();
  await keyboard.type("Ann");
  await keyboard.press("Enter");
  // The free name has the focus; beside it stands that it is one's own.
  await until("a name is offered", () => other.page.evaluate(() => Boolean(document.activeElement.closest(".error"))));
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await until("the code's field has the focus", () => other.page.evaluate(() => document.activeElement.id === "code"));
  await keyboard.type(typed);
  await keyboard.press("Enter");
  const focused = (name) => until(`the focus is at ${name}`, async () => (await other.page.evaluate(() => document.activeElement.textContent)) === say(name, { name: "Ann" }));
  await focused("claimAsk");
  // Another Enter, pressed before anybody has read the question, agrees to nothing.
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await focused("claimYes");
  await keyboard.press("Enter");
  await other.standsFor("Ramen");
  await until("the focus is in the page", () => other.page.evaluate(() => document.activeElement !== document.body));
});
