// Who one is: another name, a picture, another device.

import { say, sayError } from "../../english.js";
import { among, voted } from "./company.js";

/** The dialog with the one-time code; answers the address that a camera reads there. */
async function offer(person) {
  const answered = person.page.waitForResponse("**/api/takeover");
  await person.press(person.button(say("handOver")));
  const { link } = await (await answered).json();
  await person.page.getByRole("img", { name: say("codeScan") }).waitFor();
  return link;
}

export const PERSON = {
  "name changed": {
    async arrive(scene, ann) {
      await voted(scene, ann);
      await ann.press(ann.button(say("changeName")));
      await ann.nameField.waitFor();
    },
  },
  "picture chosen": {
    async arrive(scene, ann) {
      await voted(scene, ann);
      await ann.press(ann.button(say("changePicture")));
      await ann.press(ann.page.locator(".picture-option", { hasText: "🍕" }));
    },
  },
  "picture refused": {
    async arrive(scene, ann) {
      await ann.enter("lunch");
      await ann.writeIn("Ramen Ya");
      await ann.press(ann.button(say("pictureChoose")));
      await ann.page.getByLabel(say("pictureTyped")).fill("http://pictures.example/me.png");
      await ann.press(ann.nameForm.locator("[type=submit]"));
      await ann.reads(say("pictureBad"));
    },
  },
  "pictures asked": {
    async arrive(scene, ann) {
      await scene.guest("lunch").take("Dmitri", "https://pictures.example/dmitri.png");
      await scene.guest("lunch").take("Cleo Okafor", "https://pictures.example/cleo.png");
      await scene.guest("lunch").take("Émile", "emoji:🦊");
      await ann.enter("lunch");
      await ann.button(say("picturesShow")).waitFor();
    },
  },
  "code for another device": {
    async arrive(scene, ann) {
      await voted(scene, ann);
      await offer(ann);
    },
  },
  "code typed": {
    expects: /status of 404/,
    async arrive(scene, ann) {
      await among(scene, ann);
      await ann.vote("Golden Curry House");
      await ann.giveName("Bob");
      await ann.press(ann.nameForm.getByRole("button", { name: say("nameMine") }));
      await ann.page.getByLabel(say("claimCode"), { exact: true }).fill("K7QM-2X9D");
      await ann.press(ann.page.getByRole("dialog").getByRole("button", { name: say("claimGo"), exact: true }));
      await ann.reads(sayError({ code: "noSuchCode" }));
    },
  },
  "other device asked": {
    async arrive(scene, ann) {
      const laptop = await (await scene.person("laptop")).enter("lunch");
      await laptop.suggest("Ramen", "Ann");
      await ann.page.goto(await offer(laptop));
      await ann.reads(say("claimAsk", { name: "Ann" }));
    },
  },
};
