// What is said and what has happened: the states of the talk and of the activity.

import { say } from "../../english.js";
import { BROKEN_NETWORK } from "../person.js";
import { openRoom, openTalk, write } from "../talking.js";
import { among, voted } from "./company.js";

/** What is said on an ordinary day, in a room of its own and alone with Ann, too. */
async function talking(scene, ann) {
  await voted(scene, ann);
  const [bob, cleo] = [await scene.guest("lunch").take("Bobby", "emoji:🍜"), await scene.guest("lunch").take("Cleo")];
  await bob.say("Anyone for Momo’s Deli? They have the menu at https://momos.example/menu?day=today.");
  await bob.say("I can book for six.");
  await cleo.say("Golden Curry House was good on Monday.\nBut I go where you go.");
  await openTalk(ann);
  await ann.reads("But I go where you go.");
  await write(ann, "Curry is fine with me 🍛");
  await ann.reads("Curry is fine with me");
  await ann.readsNoMore(say("talkSending"));
  await cleo.say("Who else is in?", await cleo.room({ name: "Veggie table" }));
  const alone = await bob.room({ with: "Ann" });
  await bob.say("Shall we surprise Cleo for her birthday?", alone);
  await bob.say("She likes the deli.", alone);
  await ann.page.getByRole("tab", { name: "Bobby" }).locator(".mark").getByText("2").waitFor();
  await ann.page.getByRole("tab", { name: "Veggie table" }).locator(".mark").getByText("1").waitFor();
}

export const TALKING = {
  "activity open": {
    async arrive(scene, ann) {
      await voted(scene, ann);
      await ann.vote("Ramen Ya");
      await ann.standsFor("Ramen Ya");
      await ann.press(ann.page.locator("#activity-tab"));
      await ann.button(say("activityAll", { n: 13 })).waitFor();
    },
  },
  "activity failed": {
    expects: BROKEN_NETWORK,
    async arrive(scene, ann) {
      await ann.page.route("**/js/views/activity.js", (route) => route.abort());
      await ann.enter("lunch");
      await ann.press(ann.page.locator("#activity-tab"));
      await ann.button(say("panelAgain")).waitFor();
    },
  },
  talk: { arrive: talking },
  "talk, private": {
    async arrive(scene, ann) {
      await talking(scene, ann);
      await openRoom(ann, "Bobby");
      await ann.reads("She likes the deli.");
    },
  },
  "talk, without a name": {
    async arrive(scene, ann) {
      await among(scene, ann);
      await openTalk(ann);
      await ann.button(say("talkTakeName")).waitFor();
    },
  },
  "talk, name asked": {
    async arrive(scene, ann) {
      await among(scene, ann);
      await openTalk(ann);
      await write(ann, "Is anybody here?");
      await ann.nameField.waitFor();
    },
  },
  "talk, new room": {
    async arrive(scene, ann) {
      await voted(scene, ann);
      await openTalk(ann);
      await ann.press(ann.button(say("talkNew")));
      await ann.page.locator("#talk-begin").getByRole("button", { name: "Bob" }).waitFor();
    },
  },
  "talk, too long": {
    async arrive(scene, ann) {
      await voted(scene, ann);
      await openTalk(ann);
      await write(ann, "Where do we eat today? ".repeat(24));
      await ann.reads(say("talkTooLong", { n: 500 }));
    },
  },
  "talk, offline": {
    scene: { cable: true },
    expects: BROKEN_NETWORK,
    async arrive(scene, ann) {
      await voted(scene, ann);
      await openTalk(ann);
      await write(ann, "I am on my way.");
      await ann.readsNoMore(say("talkSending"));
      scene.cable.cut();
      await ann.linkSays("linkOffline");
      await write(ann, "The lift has no network.");
      await ann.reads(say("talkWaiting"));
    },
  },
  "talk, not sent": {
    async arrive(scene, ann) {
      await voted(scene, ann);
      await openTalk(ann);
      await write(ann, "Words\u202e that nobody can read.");
      await ann.reads(say("talkDelete"));
    },
  },
};
