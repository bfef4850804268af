// The five languages, each from the landing page to offline: all that is said is said in that language, counted and timed as it
// does it, and there is room for it on the smallest phone and with large letters.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { say, sayError, speak } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { place } from "./photon.js";
import { Scene } from "./scene.js";
import { openTalk, readsTalk } from "./talking.js";
import { become } from "./wait.js";
import { foreign, tooWide } from "./words.js";

/** A browser's locale; what it gets: the language, its word on the button, "1 vote" and "2 votes", when an area empties. */
const LANGUAGES = [
  ["en-US", "en", "Vote", ["2 votes", "1 vote"], /^Empties at \d{1,2}:\d\d\s[AP]M$/],
  ["de-AT", "de", "Abstimmen", ["2 Stimmen", "1 Stimme"], /^Leert sich um \d\d:\d\d$/],
  ["fr-CA", "fr", "Voter", ["2 votes", "1 vote"], /^Se vide à \d\d\s?[:h]\s?\d\d$/],
  ["es-ES", "es", "Votar", ["2 votos", "1 voto"], /^Se vacía a las \d{1,2}:\d\d$/],
  ["zh-TW", "zh-Hans", "投票", ["2 票", "1 票"], /^\S*\d{1,2}:\d\d 清空$/],
];

const DELI = { id: "node/4711", name: "Momo’s Deli", location: { lat: 52.53, lng: 13.4, address: "Torstraße 101, Berlin" }, categories: [{ name: "Delicatessen" }], url: "https://momo.example/", source: "openstreetmap" };
const PLACES = [place(21, "Kin Dee", { street: "Lützowstraße" }), place(14, "Kingyo Ramen", { at: [13.404, 52.532] })];

/** What people and maps bring in, in the words of nobody's file. */
const DATA = [
  "Ann", "Bob", "Cleo", "Dmitri", "Ed", "Chrome, Linux", "12345", "123".repeat(140), "lunch", "Mittag im Büro", "no spaces!", "Golden Curry House", "Kin Dee", "Kingyo Ramen", "kin", "Restaurant",
  "Lützowstraße 21, Berlin", "Torstraße 14, Berlin", DELI.name, DELI.location.address, "Delicatessen", "Where to eat", "© OpenStreetMap contributors",
];

/** As cheap as hashing may be. */
const CHEAP = { WTE__ACCOUNT__HASH_MEMORY_KIB: "1024", WTE__ACCOUNT__HASH_PASSES: "1" };

afterEach(() => speak("en"));

async function votes(scene) {
  await (await scene.guest("lunch").take("Bob", "https://pictures.example/bob.png")).vote(DELI);
  await (await scene.guest("lunch").take("Cleo")).vote(DELI);
  await (await scene.guest("lunch").take("Dmitri")).vote("Golden Curry House");
}

/** The states that are looked at, one after the other, and how the next comes about. */
const STEPS = {
  async landing(ann) {
    await ann.goto("/#no spaces!");
    await ann.reads(say("groupBadLink", { raw: "no spaces!" }));
    await ann.page.fill("#group", "Mittag im Büro");
    await ann.reads("/a/mittag-im-büro");
  },
  async "an area with votes"(ann) {
    await ann.enter("lunch");
    await ann.row("Golden Curry House").waitFor();
    await ann.button(say("picturesShow")).waitFor();
  },
  async "the name asked"(ann) {
    await ann.vote(DELI.name);
    await ann.nameField.waitFor();
  },
  async "a name that is taken"(ann) {
    await ann.giveName("Bob");
    await ann.nameForm.getByText(sayError({ code: "nameTaken" })).waitFor();
  },
  async "a vote"(ann) {
    await ann.giveName("Ann");
    await ann.standsFor(DELI.name);
  },
  async "the pictures to choose from"(ann) {
    await ann.press(ann.button(say("changePicture")));
    await ann.page.getByLabel(say("pictureTyped")).waitFor();
  },
  async "a vote taken back"(ann) {
    await ann.vote(DELI.name);
    await ann.button(say("undo")).waitFor();
  },
  async "the search"(ann) {
    await ann.type("kin");
    await ann.reads(say("found", { n: 2 }));
    await ann.press(ann.page.locator("#where summary"));
  },
  async "the activity"(ann) {
    await ann.press(ann.page.locator("#activity-tab"));
    await ann.reads(say("actTookBack", { name: "Ann", place: DELI.name }));
  },
  async "the talk"(ann, scene) {
    const bob = await scene.guest("lunch").take("Ed");
    await bob.say("12345");
    await openTalk(ann);
    await readsTalk(ann, "12345");
    await ann.press(ann.button(say("talkNew")));
    await ann.page.locator("#talk-begin").waitFor();
  },
  async "alone with somebody"(ann) {
    await ann.press(ann.page.locator("#talk-begin").getByRole("button", { name: "Ed" }));
    await ann.reads(say("talkPrivate", { name: "Ed" }));
    await ann.page.fill("#talk-field", "123".repeat(140));
    await ann.reads(say("talkLeft", { n: 80 }));
  },
  async "a name to keep"(ann) {
    await ann.press(ann.page.locator("#standings-tab"));
    await ann.press(ann.page.locator("#account"));
    await ann.page.fill("#passphrase", "12345");
    await ann.press(ann.page.locator("#door [type=submit]"));
    await ann.reads(sayError({ code: "badPassphrase" }));
  },
  async "the account"(ann) {
    await ann.page.fill("#passphrase", "1234567890");
    await ann.press(ann.page.locator("#door [type=submit]"));
    await ann.noticeSays(say("accountKept", { name: "Ann" }));
    await ann.press(ann.page.locator("#account"));
    await ann.press(ann.button(say("accountDelete")));
    await ann.reads(say("accountDeleteWhat"));
  },
  async "another passphrase"(ann) {
    await ann.press(ann.button(say("accountChange")));
    await ann.page.locator("#new-passphrase").waitFor();
  },
  async "the link to share"(ann) {
    await ann.press(ann.button(say("close")).last());
    await ann.press(ann.page.locator("#share"));
    await ann.page.getByLabel(say("shareLink")).waitFor();
  },
  async offline(ann, scene) {
    await ann.press(ann.button(say("close")).last());
    scene.cable.cut();
    await ann.linkSays("linkOffline");
    await ann.vote("Golden Curry House");
    await ann.reads(say("waiting"));
  },
};

/** The same where no scripts run, and on pages that are none. */
const PLAIN = {
  async "a refused form"(eve) {
    await eve.goto("/a/lunch");
    await eve.page.fill("#username", " ");
    await eve.press(eve.button(say("nameTake")));
    await become("the form says why", () => eve.page.locator("#username-error").textContent(), sayError({ code: "badName" }));
  },
  "no such page": (eve) => eve.goto("/nothing/here"),
  "no such group": (eve) => eve.goto("/a/a%20b"),
};

for (const [locale, tag, vote, counts, empties] of LANGUAGES) {
  test(`a browser of ${locale} is spoken to in ${tag}, and in nothing else`, async (t) => {
    speak(tag, locale);
    const scene = await Scene.open(t, { cable: true, places: PLACES, settings: CHEAP });
    await votes(scene);
    const ann = (await scene.person("phone", { locale })).expect(BROKEN_NETWORK);
    const eve = (await scene.person("phone", { locale, javaScriptEnabled: false })).expect(/status of 4\d\d/);
    eve.base = scene.server.url;
    for (const [steps, person] of [[PLAIN, eve], [STEPS, ann]]) {
      for (const [state, arrive] of Object.entries(steps)) {
        await arrive(person, scene);
        assert.equal(await person.page.locator("html").getAttribute("lang"), tag);
        assert.deepEqual(await foreign(person.page, tag, DATA), [], `${state}: not of ${tag}`);
        assert.deepEqual(await tooWide(person), [], `${state}: wider than 320 px`);
        if (state !== "an area with votes") continue;
        assert.equal(await person.voteButton(DELI.name).locator("span").first().textContent(), vote);
        assert.deepEqual((await person.standings()).map(([, count]) => count), counts);
        assert.match(await person.page.locator("#empties").textContent(), empties);
      }
    }
  });
}

test("a word of another language, and a page too wide, would be found", async (t) => {
  const scene = await Scene.open(t);
  speak("de", "de-DE");
  const ann = await (await scene.person("phone", { locale: "de-DE" })).enter("lunch");
  await ann.page.evaluate(() => {
    document.querySelector("#outcome").textContent = "Ann leads with 2 votes.";
    document.querySelector("#find").title = "Search";
    document.querySelector("#area-title").style.minWidth = "30em";
  });
  assert.deepEqual((await foreign(ann.page, "de", DATA)).sort(), ["Ann leads with 2 votes.", "Search"]);
  assert.ok((await tooWide(ann)).some((what) => what.startsWith("100 %: H1")));
});

test("the browser's wish alone chooses, and changes the language under a vote that stays", async (t) => {
  const scene = await Scene.open(t);
  // A locale of the context would have the last word.
  const ann = await scene.person("laptop", { extraHTTPHeaders: { "accept-language": "pl" } });
  await ann.enter("lunch");
  await ann.suggest("Ramen", "Ann");
  for (const [wish, tag] of [["fr;q=0.4, pl, de-CH;q=0.8", "de"], ["es-MX, en;q=0.9", "es"], ["nl", "en"]]) {
    await ann.context.setExtraHTTPHeaders({ "accept-language": wish });
    await ann.page.reload();
    speak(tag);
    await ann.isLive();
    await ann.standsFor("Ramen");
    await ann.reads(say("leads", { name: "Ramen", n: 1 }));
    assert.equal(await ann.page.locator("html").getAttribute("lang"), tag);
  }
});
