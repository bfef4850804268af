// Every state of the page that a person can meet, and how it comes about. The accessibility tests and the pictures go through
// all of them.

import { say, sayError } from "../english.js";
import { BROKEN_NETWORK } from "./person.js";
import { place } from "./photon.js";
import { until } from "./wait.js";

const PLACES = [
  place(21, "Kin Dee", { street: "Lützowstraße", kind: "restaurant" }),
  place(14, "Kingyo Ramen", { street: "Kantstraße", kind: "restaurant", at: [13.404, 52.532] }),
  place(3, "Kinoko Bar", { street: "Oranienstraße", kind: "bar", at: [13.43, 52.51] }),
];

const TRUCK = { id: "node/4711", name: "Momo’s Deli", location: { lat: 52.53, lng: 13.4, address: "Torstraße 101, Berlin" }, categories: [{ name: "Delicatessen" }], source: "openstreetmap" };

/** Five people, three places, one of them without votes any more. */
async function company(scene, area = "lunch") {
  const vote = async (name, ...places) => {
    const guest = await scene.guest(area).take(name);
    for (const each of places) await guest.vote(each);
  };
  await vote("Bob", TRUCK);
  await vote("Cleo Okafor", "Golden Curry House");
  await vote("Dmitri", "Ramen Ya", TRUCK);
  await vote("Émile", TRUCK);
  await vote("李娜", "Golden Curry House");
}

const RAMEN = { ...TRUCK, id: "node/4712", name: "Kingyo Ramen", location: { lat: 52.532, lng: 13.404, address: "Kantstraße 14, Berlin" }, categories: [{ name: "Ramen" }] };

/** As it looks on an ordinary day, everyone here: the README's pictures. */
async function lunchtime(scene, ann) {
  const team = "team-berlin";
  const come = async (name, place, img) => {
    const guest = await scene.guest(team).take(name, img);
    await guest.vote(place);
    await guest.stay();
  };
  await come("Bob", "Bob’s Truck");
  await come("Cleo Okafor", RAMEN, "emoji:🦊");
  await come("Dmitri", TRUCK);
  await come("Émile", RAMEN, "emoji:🥐");
  await come("Noor", TRUCK);
  await ann.enter(team);
  await ann.vote("Kingyo Ramen");
  await ann.giveName("Ann");
  await ann.standsFor("Kingyo Ramen");
  await ann.reads(say("hereNow", { n: 6 }));
}

/** In the area, with the company's votes to be seen. */
async function among(scene, ann) {
  await company(scene);
  await ann.enter("lunch");
  await ann.row("Ramen Ya").waitFor();
}

async function voted(scene, ann) {
  await among(scene, ann);
  await ann.vote("Golden Curry House");
  await ann.giveName("Ann");
  await ann.standsFor("Golden Curry House");
}

/** Two places with two votes each, neither of them ours. */
async function tie(scene, ann) {
  for (const [name, choice] of [["Bob", "Ramen Ya"], ["Cleo", "Golden Curry House"], ["Dmitri", "Ramen Ya"], ["Émile", "Golden Curry House"]]) {
    await (await scene.guest("lunch").take(name)).vote(choice);
  }
  await ann.enter("lunch");
  await ann.reads(say("tie", { names: ["Ramen Ya", "Golden Curry House"], n: 2 }));
}

/** The dialog with the one-time code; answers the address that a camera reads there. */
async function offer(person) {
  const answered = person.page.waitForResponse("**/api/takeover");
  await person.press(person.button(say("handOver")));
  const { link } = await (await answered).json();
  await person.page.getByRole("img", { name: say("codeScan") }).waitFor();
  return link;
}

async function sharing(scene, ann) {
  await among(scene, ann);
  await ann.press(ann.button(say("share")));
  await ann.page.getByRole("img", { name: say("codeOf", { link: `${scene.server.url}/a/lunch` }) }).waitFor();
}

const openMap = (ann) => ann.press(ann.page.locator("#map-tab"));

const openTalk = (ann) => ann.press(ann.page.locator("#talk-tab"));
const sayIt = async (ann, text) => {
  await ann.page.fill("#talk-field", text);
  await ann.page.keyboard.press("Enter");
};

/** What is said on an ordinary day, in a room of its own and alone with Ann, too. */
async function talking(scene, ann) {
  await voted(scene, ann);
  const [bob, cleo] = [await scene.guest("lunch").take("Bobby", "emoji:🍜"), await scene.guest("lunch").take("Cleo")];
  await bob.say("Anyone for Momo’s Deli? They have the menu at https://momos.example/menu?day=today.");
  await bob.say("I can book for six.");
  await cleo.say("Golden Curry House was good on Monday.\nBut I go where you go.");
  await openTalk(ann);
  await ann.reads("But I go where you go.");
  await sayIt(ann, "Curry is fine with me 🍛");
  await ann.reads("Curry is fine with me");
  await ann.readsNoMore(say("talkSending"));
  await cleo.say("Who else is in?", await cleo.room({ name: "Veggie table" }));
  const alone = await bob.room({ with: "Ann" });
  await bob.say("Shall we surprise Cleo for her birthday?", alone);
  await bob.say("She likes the deli.", alone);
  await ann.page.getByRole("tab", { name: "Bobby" }).locator(".mark").getByText("2").waitFor();
  await ann.page.getByRole("tab", { name: "Veggie table" }).locator(".mark").getByText("1").waitFor();
}

/**
 * Each: what its scene needs, and what is done to get there. `expects` are the complaints of a browser in that state, `looks` the
 * screens that it is made for, if not phone and laptop.
 */
export const STATES = {
  landing: { arrive: (_, ann) => ann.goto("/") },
  "landing, used before": {
    async arrive(scene, ann) {
      await ann.enter("team-berlin");
      await (await scene.secondTab(ann)).enter("lunch");
      await ann.goto("/");
      await ann.page.fill("#group", "Mittag im Büro");
      await ann.reads("/a/mittag-im-büro");
    },
  },
  "landing, refused": {
    async arrive(_, ann) {
      await ann.goto("/#no spaces!");
      await ann.reads(/is no group’s name/);
    },
  },
  empty: {
    async arrive(_, ann) {
      await ann.enter("lunch");
      await ann.reads(say("emptyTitle"));
    },
  },
  lunchtime: { arrive: lunchtime },
  looking: { arrive: among },
  voted: { arrive: voted },
  tie: { arrive: tie },
  "name asked": {
    async arrive(scene, ann) {
      await among(scene, ann);
      await ann.vote("Golden Curry House");
      await ann.nameField.waitFor();
    },
  },
  "name refused": {
    async arrive(scene, ann) {
      await among(scene, ann);
      await ann.vote("Golden Curry House");
      await ann.giveName("Bob");
      await ann.nameForm.getByRole("button", { name: /^Take “/ }).waitFor();
    },
  },
  "search open": {
    scene: { places: PLACES },
    async arrive(scene, ann) {
      await voted(scene, ann);
      await ann.type("kin");
      await ann.suggestion("Kingyo Ramen").waitFor();
      await ann.page.keyboard.press("ArrowDown");
    },
  },
  "search elsewhere": {
    scene: { places: PLACES },
    async arrive(scene, ann) {
      await ann.enter("lunch");
      await ann.press(ann.page.locator("#where summary"));
      await ann.button(say("nearMe")).waitFor();
    },
  },
  "map open": {
    scene: { map: true, places: PLACES },
    async arrive(scene, ann) {
      await voted(scene, ann);
      await openMap(ann);
      await ann.press(ann.page.getByRole("button", { name: say("mapSearch") }));
      await ann.page.getByRole("button", { name: say("pin", { name: "Kingyo Ramen" }) }).waitFor();
    },
  },
  "map, a place open": {
    scene: { map: true },
    async arrive(scene, ann) {
      await among(scene, ann);
      await openMap(ann);
      await ann.press(ann.page.getByRole("button", { name: say("spot", { name: "Momo’s Deli", n: 3 }) }));
      await ann.press(ann.page.getByRole("dialog").locator(".vote"));
      await ann.nameField.waitFor();
    },
  },
  "map, empty": {
    scene: { map: true },
    async arrive(scene, ann) {
      await ann.enter("lunch");
      await openMap(ann);
      await ann.reads(say("mapEmpty"));
    },
  },
  "map, failed": {
    scene: { map: true },
    expects: /status of 404/,
    async arrive(scene, ann) {
      scene.maphost.leaflet = false;
      await ann.enter("lunch");
      await openMap(ann);
      await ann.reads(say("mapFailed"));
    },
  },
  "search failed": {
    scene: { places: PLACES },
    expects: /status of 50[234]/,
    async arrive(scene, ann) {
      scene.photon.mood = "fails";
      await ann.enter("lunch");
      await ann.type("kin");
      await ann.reads(say("searchFailed"));
    },
  },
  "place added, name asked": {
    async arrive(_, ann) {
      await ann.enter("lunch");
      await ann.writeIn("Bob’s Truck");
      await ann.nameField.waitFor();
    },
  },
  saving: {
    scene: { cable: true },
    async arrive(scene, ann) {
      await voted(scene, ann);
      scene.cable.clog();
      await ann.vote("Ramen Ya");
      await ann.reads(say("saving"));
    },
  },
  withdrawn: {
    async arrive(scene, ann) {
      await voted(scene, ann);
      await ann.vote("Golden Curry House");
      await ann.noticeSays(say("withdrawn", { name: "Golden Curry House" }));
    },
  },
  "vote ends soon": {
    scene: { settings: { WTE__AREA__LIFETIME_SECS: "500" } },
    async arrive(scene, ann) {
      await voted(scene, ann);
      await ann.button(say("keep")).waitFor();
    },
  },
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
      await ann.press(ann.page.getByRole("tab", { name: "Bobby" }));
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
      await sayIt(ann, "Is anybody here?");
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
      await sayIt(ann, "Where do we eat today? ".repeat(24));
      await ann.reads(say("talkTooLong", { n: 500 }));
    },
  },
  "talk, offline": {
    scene: { cable: true },
    expects: BROKEN_NETWORK,
    async arrive(scene, ann) {
      await voted(scene, ann);
      await openTalk(ann);
      await sayIt(ann, "I am on my way.");
      await ann.readsNoMore(say("talkSending"));
      scene.cable.cut();
      await ann.linkSays("linkOffline");
      await sayIt(ann, "The lift has no network.");
      await ann.reads(say("talkWaiting"));
    },
  },
  "talk, not sent": {
    async arrive(scene, ann) {
      await voted(scene, ann);
      await openTalk(ann);
      await sayIt(ann, "Words\u202e that nobody can read.");
      await ann.reads(say("talkDelete"));
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
  share: { arrive: sharing },
  "share, copy failed": {
    async arrive(scene, ann) {
      await ann.page.addInitScript(() => {
        Object.defineProperty(navigator, "clipboard", { value: undefined });
        document.execCommand = () => false;
      });
      await sharing(scene, ann);
      await ann.press(ann.button(say("copyLink")));
      await ann.reads(say("shareByHand"));
    },
  },
  "share, large code": {
    async arrive(scene, ann) {
      await sharing(scene, ann);
      await ann.press(ann.button(say("codeLarge")));
      await ann.page.locator(".large-code").waitFor();
    },
  },
  offline: {
    scene: { cable: true },
    expects: BROKEN_NETWORK,
    async arrive(scene, ann) {
      await voted(scene, ann);
      scene.cable.cut();
      await ann.linkSays("linkOffline");
      await ann.vote("Ramen Ya");
      await ann.reads(say("waiting"));
    },
  },
  "waited too long": {
    scene: { cable: true },
    expects: BROKEN_NETWORK,
    async arrive(scene, ann) {
      await ann.page.clock.install();
      await voted(scene, ann);
      scene.cable.cut();
      await ann.vote("Ramen Ya");
      await ann.page.clock.fastForward("03:00");
      await ann.reads(say("waitingLong", { name: "Ramen Ya" }));
      scene.cable.mend();
      await ann.isLive();
    },
  },
  crowd: {
    async arrive(scene, ann) {
      await company(scene);
      const names = ["Maximiliane von Hohenstein-Lange", "محمد بن عبد الله", "👩‍🍳 Chef", ...Array.from({ length: 22 }, (_, i) => `Colleague ${i + 1}`)];
      for (const name of names) await (await scene.guest("lunch").take(name)).vote(TRUCK);
      await (await scene.guest("lunch").take("Yuki")).vote("The very old inn behind the railway station with the long name that nobody remembers");
      await (await scene.guest("lunch").take("Noor")).vote("مطعم الشرق الأوسط");
      await ann.enter("lunch");
      await ann.row("مطعم الشرق الأوسط").waitFor();
    },
  },
  stale: {
    scene: { redis: true },
    expects: BROKEN_NETWORK,
    async arrive(scene, ann) {
      await voted(scene, ann);
      scene.redis.freeze();
      await ann.linkSays("linkStale");
    },
  },
  wall: {
    looks: "wall",
    async arrive(scene, ann) {
      await company(scene);
      for (const place of ["Kin Dee", "Pizzeria Da Luigi", "مطعم الشرق الأوسط", "Bob’s Truck", "Salad Bar", "The very old inn behind the railway station"]) {
        await (await scene.guest("lunch").take(`Guest of ${place}`.slice(0, 32))).vote(place);
      }
      await ann.goto("/a/lunch?wall");
      await ann.reads(say("wallMore", { n: 1 }));
      await ann.page.locator("#wall-link[data-link=live]").waitFor();
    },
  },
  "wall, empty": {
    looks: "wall",
    async arrive(scene, ann) {
      await ann.goto("/a/lunch?wall");
      await ann.reads(say("wallEmpty"));
      await ann.page.locator("#wall-link[data-link=live]").waitFor();
    },
  },
  "without scripts": {
    person: { javaScriptEnabled: false },
    async arrive(scene, ann) {
      await company(scene);
      await ann.goto("/a/lunch");
    },
  },
  problem: {
    expects: /status of 404/,
    arrive: (_, ann) => ann.goto("/nothing/here"),
  },
};

/** The sizes and colours in which each state is looked at. */
export const looksOf = ({ looks = "page" }) => LOOKS[looks];

const SCREENS = {
  page: { phone: { width: 360, height: 740 }, laptop: { width: 1280, height: 800 } },
  wall: { television: { width: 1920, height: 1080 }, portrait: { width: 1080, height: 1920 } },
};
const inBothColours = ([device, viewport]) => ["light", "dark"].map((colorScheme) => ({ device, viewport, colorScheme }));
const LOOKS = Object.fromEntries(Object.entries(SCREENS).map(([name, screens]) => [name, Object.entries(screens).flatMap(inBothColours)]));

/** A person on a phone, in that state, and what the tests need to know of it. */
export async function arrive(Scene, t, state) {
  const scene = await Scene.open(t, state.scene);
  const ann = await scene.person("phone", { reducedMotion: "reduce", ...state.person });
  if (state.expects) ann.expect(state.expects);
  await state.before?.(ann);
  await state.arrive(scene, ann);
  return { scene, ann };
}

/** The page in one size and colour, drawn. */
export async function look({ page }, { viewport, colorScheme }) {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await until("the page has its size", async () => page.viewportSize().width === viewport.width);
}
