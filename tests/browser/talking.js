// What people do in the talk, and what they read there.

import { say } from "../english.js";
import { become, until } from "./wait.js";

export const openTalk = (person) => person.press(person.page.locator("#talk-tab"));

/** Says it where one is, by Enter. */
export async function write(person, text) {
  await person.page.fill("#talk-field", text);
  await person.page.press("#talk-field", "Enter");
}

/** A room's tab; `general` is called otherwise. */
export const roomTab = (person, name) => person.page.locator(".talk-tabs").getByRole("tab").filter({ has: person.page.locator("bdi").getByText(name, { exact: true }) });
export const openRoom = (person, name) => person.press(roomTab(person, name));

/** The number on a room's tab, empty where nothing is unread. */
export const unreadOn = async (person, name) => {
  const mark = roomTab(person, name).locator(".mark");
  return (await mark.isVisible()) ? mark.textContent() : "";
};
/** The number on the button that opens the talk. */
export const unread = async (person) => ((await person.page.locator("#talk-mark").isVisible()) ? person.page.locator("#talk-mark").textContent() : "");

/** The texts of the room that is looked at, from the oldest on; what is not acknowledged says so. */
export const talkOf = (person) =>
  person.page.locator("#talk-log .said").evaluateAll((all) =>
    all.map((line) => [line.querySelector(".said-text").textContent, line.querySelector(".said-state")?.textContent].filter(Boolean).join(": ")),
  );

/** These texts, in this order and nothing else. */
export const readsTalk = (person, ...texts) => become("the talk is so", () => talkOf(person), texts);

/** In the area and with a name, the talk open. */
export async function joins(person, area, name) {
  await person.enter(area);
  await openTalk(person);
  await person.press(person.button(say("talkTakeName")));
  await person.giveName(name);
  await until("the name is there, and what was said", async () => (await person.page.locator("#me").getAttribute("hidden")) === null);
  await person.readsNoMore(say("panelLoading"));
  return person;
}
