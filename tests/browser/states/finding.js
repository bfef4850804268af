// Finding a place: the states of the search and of the map.

import { say } from "../../english.js";
import { place } from "../photon.js";
import { among, voted } from "./company.js";

const PLACES = [
  place(21, "Kin Dee", { street: "Lützowstraße", kind: "restaurant" }),
  place(14, "Kingyo Ramen", { street: "Kantstraße", kind: "restaurant", at: [13.404, 52.532] }),
  place(3, "Kinoko Bar", { street: "Oranienstraße", kind: "bar", at: [13.43, 52.51] }),
];

const openMap = (ann) => ann.press(ann.page.locator("#map-tab"));

export const FINDING = {
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
};
