// A name that is kept: the account on two devices, at two servers on one Redis, and what becomes of who wants somebody else's.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say, sayError } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { Server } from "./server.js";
import { become, until } from "./wait.js";

const PHRASE = "noodles at noon";
/** As cheap as hashing may be: what is tested is not its cost. */
const CHEAP = { WTE__ACCOUNT__HASH_MEMORY_KIB: "1024", WTE__ACCOUNT__HASH_PASSES: "1" };

const dialog = (person) => person.page.getByRole("dialog");
const within = (person, name) => dialog(person).getByRole("button", { name, exact: true });
const isGone = (person) => become("the dialog is closed", () => dialog(person).count(), 0);
const openAccount = (person) => person.press(person.page.locator("#account"));

async function fill(person, name, phrase = PHRASE) {
  await dialog(person).locator("#passphrase").waitFor();
  if (name !== undefined) await dialog(person).getByLabel(say("accountName"), { exact: true }).fill(name);
  await dialog(person).locator("#passphrase").fill(phrase);
}

/** Ann has voted on a laptop, and keeps her name. */
async function keeps(ann, name = "Ann") {
  await openAccount(ann);
  await fill(ann, undefined);
  await ann.press(within(ann, say("accountKeep")));
  await ann.noticeSays(say("accountKept", { name }));
  await isGone(ann);
}

async function signsIn(person, name, phrase) {
  await openAccount(person);
  await fill(person, name, phrase);
  await person.press(within(person, say("accountSignIn")));
}

/** Ann at one server, her phone at another one on the same Redis. */
async function twoServers(t) {
  const scene = await Scene.open(t, { redis: true, settings: CHEAP });
  const second = new Server({ REDIS_URL: scene.redis.url, SESSION_SECRET: "a secret for the browser tests alone", ...CHEAP });
  t.after(() => second.close());
  await second.start();
  const ann = await (await scene.person("laptop")).enter("lunch");
  await ann.suggest("Ramen", "Ann");
  const phone = await scene.person("phone");
  phone.base = second.url;
  await phone.enter("lunch");
  return { scene, ann, phone };
}

/** One server, and Ann signed in there. A session that ends takes its socket along, and its cookie opens no other. */
async function kept(t) {
  const scene = await Scene.open(t, { settings: CHEAP });
  const ann = await (await scene.person("laptop")).expect(BROKEN_NETWORK).expect(/status of 401/).enter("lunch");
  await ann.suggest("Ramen", "Ann");
  await keeps(ann);
  return { scene, ann };
}

test("who signs in in one tab is so in the browser's other tabs, without a word of being signed out", async (t) => {
  const { scene, ann } = await kept(t);
  const guest = await (await scene.person("phone")).expect(BROKEN_NETWORK).expect(/status of 401/).enter("lunch");
  const other = (await scene.secondTab(guest)).expect(BROKEN_NETWORK).expect(/status of 401/);
  await other.enter("lunch");
  await signsIn(guest, "Ann");
  await guest.standsFor("Ramen");
  // Its connection was the guest's, whose session ends a moment later.
  await other.standsFor("Ramen");
  assert.equal(await other.page.getByText(sayError({ code: "signedOut" })).count(), 0);
  await other.suggest("Thai");
  await ann.standsFor("Thai");
});

test("an account is the same person on a second device: the name and the vote are there, and one vote it stays", async (t) => {
  const { scene, ann, phone } = await twoServers(t);
  await keeps(ann);
  await ann.standsFor("Ramen");
  await signsIn(phone, "ann");
  await phone.noticeSays(say("accountWelcome", { name: "Ann" }));
  await phone.standsFor("Ramen");
  await phone.suggest("Thai");
  await ann.standsFor("Thai");
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Thai" });
  // In another group the name is offered, and nobody else's.
  await phone.enter("dinner");
  await phone.writeIn("Sushi");
  assert.equal(await phone.nameField.inputValue(), "Ann");
  await phone.giveName("Ann");
  await ann.enter("dinner");
  await ann.standsFor("Sushi");
});

test("a guest who wants the name of an account reads a sentence, is offered another one, and the way to sign in", async (t) => {
  const { ann, phone } = await twoServers(t);
  await keeps(ann);
  for (const area of ["lunch", "nobody-was-here"]) {
    await phone.enter(area);
    await phone.writeIn("Thai");
    await phone.giveName("ANN");
    await phone.nameForm.getByText(sayError({ code: "nameTaken" })).waitFor();
    await phone.nameForm.getByRole("button", { name: say("nameFree", { name: "ANN 2" }) }).waitFor();
  }
  await phone.press(phone.nameForm.getByRole("button", { name: say("nameMine") }));
  await phone.press(within(phone, say("accountHave")));
  phone.expect(/status of 403/);
  await fill(phone, "Ann", "dumplings at dusk");
  await phone.press(within(phone, say("accountSignIn")));
  await phone.reads(sayError({ code: "wrongPassphrase" }));
  assert.equal(await phone.page.evaluate(() => document.activeElement.id), "passphrase");
  // Keeping it is no way around.
  phone.expect(/status of 409/);
  await phone.press(within(phone, say("accountHaveNone")));
  await fill(phone, "Ann");
  await phone.press(within(phone, say("accountKeep")));
  await dialog(phone).getByText(sayError({ code: "nameTaken" })).waitFor();
});

test("where one is signed in is listed, and a session that is ended elsewhere is told so and closed", async (t) => {
  const { ann, phone } = await twoServers(t);
  await keeps(ann);
  await signsIn(phone, "Ann");
  await phone.standsFor("Ramen");
  const tab = await phone.context.newPage();
  await tab.goto(`${phone.base}/a/lunch`);
  const closed = new Promise((done) => phone.socket.once("close", done));
  phone.expect(BROKEN_NETWORK).expect(/status of 401/);
  await openAccount(ann);
  const rows = dialog(ann).locator(".devices li");
  await become("two devices", () => rows.count(), 2);
  assert.equal(await rows.filter({ hasText: say("accountThis") }).getByRole("button").count(), 0, "this one is ended by signing out");
  await ann.press(rows.getByRole("button"));
  await become("one device", () => rows.count(), 1);
  await closed;
  for (const page of [phone.page, tab]) await page.getByText(sayError({ code: "signedOut" })).first().waitFor();
  assert.ok(phone.heard.some(({ event, data }) => event === "serverError" && data.code === "signedOut"), "the socket said so");
  await phone.isLive();
  await become("nobody is at the phone", () => phone.voteButton("Ramen").locator("span").first().textContent(), say("vote"));
  await phone.press(phone.notice.getByRole("button", { name: say("accountSignIn") }));
  await fill(phone, "Ann");
  await phone.press(within(phone, say("accountSignIn")));
  await phone.standsFor("Ramen");
  await ann.standsFor("Ramen");
});

test("who was signed out while no page was open reads so with the next one", async (t) => {
  const { scene, ann } = await kept(t);
  const phone = await (await scene.person("phone")).enter("lunch");
  await signsIn(phone, "Ann");
  await phone.standsFor("Ramen");
  await phone.page.goto("about:blank");
  await openAccount(ann);
  await ann.press(within(ann, say("accountOnlyThis")));
  await ann.reads(say("accountOnlyThisDone"));
  await phone.enter("lunch");
  await phone.noticeSays(sayError({ code: "signedOut" }));
  await become("a guest is asked to sign in", () => phone.page.locator("#account").textContent(), say("accountSignIn"));
});

test("who signs out is a guest here; the vote stays the account's, and is there again", async (t) => {
  const { scene, ann } = await kept(t);
  await openAccount(ann);
  await ann.press(within(ann, say("accountOut")));
  await ann.noticeSays(say("accountOutDone"));
  await become("nobody stands for it here", () => ann.voteButton("Ramen").locator("span").first().textContent(), say("vote"));
  assert.deepEqual(await scene.server.votes("lunch"), { Ann: "Ramen" });
  await signsIn(ann, "Ann");
  await ann.standsFor("Ramen");
});

test("another passphrase is the one from then on, and ends the other sessions", async (t) => {
  const { scene, ann } = await kept(t);
  const phone = await (await scene.person("phone")).enter("lunch");
  phone.expect(BROKEN_NETWORK).expect(/status of 40[13]/);
  ann.expect(/status of 403/);
  await signsIn(phone, "Ann");
  await phone.standsFor("Ramen");
  await openAccount(ann);
  await ann.press(within(ann, say("accountChange")));
  await ann.page.fill("#passphrase", "not at all right");
  await ann.page.fill("#new-passphrase", "too short");
  await ann.press(within(ann, say("accountChangeGo")));
  await ann.reads(sayError({ code: "badPassphrase" }));
  await ann.page.fill("#new-passphrase", "dumplings at dusk");
  await ann.press(within(ann, say("accountChangeGo")));
  await ann.reads(sayError({ code: "wrongPassphrase" }));
  await ann.page.fill("#passphrase", PHRASE);
  await ann.press(within(ann, say("accountChangeGo")));
  await ann.reads(say("accountChanged"));
  await phone.noticeSays(sayError({ code: "signedOut" }));
  await signsIn(phone, "Ann");
  await phone.reads(sayError({ code: "wrongPassphrase" }));
  await fill(phone, "Ann", "dumplings at dusk");
  await phone.press(within(phone, say("accountSignIn")));
  await phone.standsFor("Ramen");
});

test("a deleted account gives the name back, here and for anybody", async (t) => {
  const { scene, ann } = await kept(t);
  await openAccount(ann);
  await ann.press(within(ann, say("accountDelete")));
  await ann.reads(say("accountDeleteWhat"));
  await ann.page.fill("#passphrase", PHRASE);
  await ann.press(within(ann, say("accountDeleteGo")));
  await ann.noticeSays(say("accountDeleted"));
  await ann.sees(["Ramen", "0 votes", ""]);
  const bob = await (await scene.person("phone")).enter("lunch");
  await bob.suggest("Ramen", "Ann");
});

test("a passphrase can be seen, and is what password managers know", async (t) => {
  const scene = await Scene.open(t, { settings: CHEAP });
  const ann = await (await scene.person("laptop")).enter("lunch");
  await openAccount(ann);
  const field = dialog(ann).locator("#passphrase");
  const kinds = () => field.evaluate((input) => [input.type, input.autocomplete]);
  await field.waitFor();
  assert.deepEqual(await kinds(), ["password", "current-password"]);
  await ann.press(within(ann, say("accountHaveNone")));
  await until("the other form", async () => (await kinds())[1] === "new-password");
  const show = dialog(ann).getByRole("button", { name: new RegExp(`^${say("accountShow")}`) });
  await ann.press(show);
  assert.deepEqual([await kinds(), await show.getAttribute("aria-pressed")], [["text", "new-password"], "true"]);
  assert.equal(await dialog(ann).getByLabel(say("accountName"), { exact: true }).getAttribute("autocomplete"), "username");
});
