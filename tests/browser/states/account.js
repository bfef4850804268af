// The account: the door that a guest finds, and what its owner can do about it.

import { say, sayError } from "../../english.js";
import { among, voted } from "./company.js";

const PHRASE = "noodles at noon";
/** As cheap as hashing may be: what is looked at is not its cost. */
const scene = { settings: { WTE__ACCOUNT__HASH_MEMORY_KIB: "1024", WTE__ACCOUNT__HASH_PASSES: "1" } };

const dialog = (person) => person.page.getByRole("dialog");
const press = (person, name) => person.press(dialog(person).getByRole("button", { name, exact: true }));

async function open(person) {
  await person.press(person.page.locator("#account"));
  await dialog(person).locator("#passphrase, .devices").first().waitFor();
}

/** Ann has kept her name here, and is signed in on a laptop too. */
async function kept(set, ann) {
  await voted(set, ann);
  await open(ann);
  await ann.page.fill("#passphrase", PHRASE);
  await press(ann, say("accountKeep"));
  await ann.noticeSays(say("accountKept", { name: "Ann" }));
  const laptop = await (await set.person("laptop")).enter("lunch");
  await open(laptop);
  await dialog(laptop).getByLabel(say("accountName"), { exact: true }).fill("Ann");
  await laptop.page.fill("#passphrase", PHRASE);
  await press(laptop, say("accountSignIn"));
  await laptop.standsFor("Golden Curry House");
  await ann.page.bringToFront();
  await open(ann);
  await dialog(ann).getByRole("heading", { name: say("accountDevices") }).waitFor();
}

export const ACCOUNT = {
  "account, a name to keep": {
    scene,
    async arrive(set, ann) {
      await voted(set, ann);
      await open(ann);
      await ann.page.fill("#passphrase", PHRASE);
      await ann.press(dialog(ann).getByRole("button", { name: new RegExp(`^${say("accountShow")}`) }));
    },
  },
  "account, refused": {
    scene,
    expects: /status of 403/,
    async arrive(set, ann) {
      await among(set, ann);
      await open(ann);
      await dialog(ann).getByLabel(say("accountName"), { exact: true }).fill("Ann");
      await ann.page.fill("#passphrase", PHRASE);
      await press(ann, say("accountSignIn"));
      await ann.reads(sayError({ code: "wrongPassphrase" }));
    },
  },
  account: { scene, arrive: kept },
  "account, one device": {
    scene,
    async arrive(set, ann) {
      await kept(set, ann);
      // What the laptop says of it is not looked at.
      await set.people.at(-1).context.close();
      await press(ann, say("accountOnlyThis"));
      await ann.reads(say("accountOnlyThisDone"));
    },
  },
  "account, another passphrase": {
    scene,
    async arrive(set, ann) {
      await kept(set, ann);
      await press(ann, say("accountChange"));
      await ann.page.fill("#new-passphrase", "short");
      await press(ann, say("accountChangeGo"));
      await ann.reads(sayError({ code: "badPassphrase" }));
    },
  },
  "account, to be deleted": {
    scene,
    async arrive(set, ann) {
      await kept(set, ann);
      await press(ann, say("accountDelete"));
      await ann.reads(say("accountDeleteWhat"));
    },
  },
};
