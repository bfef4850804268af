// Looking, voting, and what goes wrong on the way: the states of the standings.

import { say } from "../../english.js";
import { BROKEN_NETWORK } from "../person.js";
import { TRUCK, among, company, lunchtime, tie, voted } from "./company.js";

export const VOTING = {
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
