// How people are drawn: initials, an emoji, or a picture that another site has, which nobody is asked for without a word.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";
import { become } from "./wait.js";

const ELSEWHERE = "https://pictures.example/dmitri.svg";
const DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1" fill="teal"/></svg>';

/** The site that has the picture; `asked` are the requests that came. */
async function site({ context }, answer = (route) => route.fulfill({ contentType: "image/svg+xml", body: DRAWING })) {
  const asked = [];
  await context.route("https://pictures.example/**", async (route) => {
    asked.push(await route.request().allHeaders());
    await answer(route);
  });
  return asked;
}

const face = (person, name) => person.page.locator("#people-list .chip").filter({ hasText: name }).locator(".avatar");
const looks = (person, name, text) => become(`${name} is drawn as ${text}`, () => face(person, name).textContent(), text);
const picture = (person, name) => face(person, name).locator("img");
const choose = (person) => person.press(person.button(say("changePicture")));
const save = (person) => person.press(person.nameForm.locator("[type=submit]"));

async function voted(t) {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.suggest("Ramen", "Ann");
  return { scene, ann, bob };
}

test("an emoji is chosen with a finger, seen by others, and remembered for the next group", async (t) => {
  const { ann, bob } = await voted(t);
  await looks(bob, "Ann", "A");
  await choose(ann);
  await ann.press(ann.page.locator(".picture-option", { hasText: "🍕" }));
  await save(ann);
  await ann.noticeSays(say("pictureSaved"));
  await looks(bob, "Ann", "🍕");
  await ann.enter("dinner");
  await ann.suggest("Sushi", "Ann");
  await looks(ann, "Ann", "🍕");
});

test("with the keyboard: arrows choose, Enter saves, the focus goes back to where it began", async (t) => {
  const { ann, bob } = await voted(t);
  const { keyboard } = ann.page;
  const radio = () => ann.page.evaluate(() => document.activeElement.type === "radio" && document.activeElement.value);
  await ann.button(say("changePicture")).focus();
  await keyboard.press("Enter");
  await become("the focus is on initials", radio, "");
  await keyboard.press("ArrowRight");
  await become("the focus has moved on", radio, "emoji:🍜");
  await keyboard.press("Enter");
  await looks(bob, "Ann", "🍜");
  await become("the focus is back", () => ann.page.evaluate(() => document.activeElement.id), "change-picture");
});

test("any other emoji may be typed; what is none says so at the field", async (t) => {
  const { ann, bob } = await voted(t);
  await choose(ann);
  const field = ann.page.getByLabel(say("pictureTyped"));
  await field.fill("http://pictures.example/me.png");
  await save(ann);
  await ann.reads(say("pictureBad"));
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await field.fill("👩‍🍳");
  await save(ann);
  await looks(bob, "Ann", "👩‍🍳");
  await choose(ann);
  assert.equal(await field.inputValue(), "👩‍🍳", "it is there to be changed");
  await ann.press(ann.page.locator(".picture-option").first());
  await save(ann);
  await looks(bob, "Ann", "A");
});

test("a picture can be chosen with the first name", async (t) => {
  const scene = await Scene.open(t);
  const [ann, bob] = await scene.two();
  await ann.writeIn("Ramen");
  await ann.nameField.fill("Ann");
  await ann.press(ann.button(say("pictureChoose")));
  await ann.press(ann.page.locator(".picture-option", { hasText: "🦊" }));
  await save(ann);
  await ann.standsFor("Ramen");
  await looks(bob, "Ann", "🦊");
});

test("no site is asked for a picture before the person says so; then it is shown, and that can be taken back", async (t) => {
  const { scene, ann } = await voted(t);
  const asked = await site(ann);
  await scene.guest("lunch").take("Dmitri", ELSEWHERE);
  await ann.reads(say("picturesOne", { name: "Dmitri" }));
  await looks(ann, "Dmitri", "D");
  assert.equal(asked.length, 0);
  await ann.press(ann.button(say("picturesShow")));
  await become("the picture is there", () => picture(ann, "Dmitri").evaluate((img) => img.complete && img.naturalWidth > 0), true);
  assert.ok(asked.every((headers) => !headers.referer), "the site does not learn where the picture is shown");
  await ann.reads(say("picturesShown"));
  // It is remembered.
  await ann.page.reload();
  await picture(ann, "Dmitri").waitFor();
  await ann.press(ann.button(say("picturesHide")));
  await looks(ann, "Dmitri", "D");
  assert.equal(await ann.page.locator(".avatar img").count(), 0);
  await ann.reads(say("picturesOne", { name: "Dmitri" }));
});

test("a picture that is not to be had is initials again", async (t) => {
  const { scene, ann } = await voted(t);
  ann.expect(BROKEN_NETWORK);
  await site(ann, (route) => route.abort());
  await scene.guest("lunch").take("Dmitri", ELSEWHERE);
  await ann.press(ann.button(say("picturesShow")));
  await ann.reads(say("picturesShown"));
  await become("no picture is left", () => ann.page.locator(".avatar img").count(), 0);
  await looks(ann, "Dmitri", "D");
});

test("up to five faces stand in the head, more are a number", async (t) => {
  const scene = await Scene.open(t);
  const faces = (person) => person.page.locator("#here-faces > *").allTextContents();
  const people = [];
  for (const name of ["Ann", "Bob", "Cem", "Dan", "Eve", "Fay", "Gus"]) {
    const person = await (await scene.person("phone")).enter("lunch");
    await person.suggest(`Place of ${name}`, name);
    people.push(person);
  }
  await become("five and two more", () => faces(people[0]), ["A", "B", "C", "D", "E", "+2"]);
  await people[0].reads(say("hereNow", { n: 7 }));
  // On the smallest phone, with the largest text.
  await people[0].page.setViewportSize({ width: 320, height: 640 });
  await people[0].page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  assert.ok((await people[0].page.evaluate(() => document.documentElement.scrollWidth)) <= 320, "nothing sticks out of the page");
});
