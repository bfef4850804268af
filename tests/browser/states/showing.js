// The link to an area, and its standings on a wall.

import { say } from "../../english.js";
import { among, company } from "./company.js";

async function sharing(scene, ann) {
  await among(scene, ann);
  await ann.press(ann.button(say("share")));
  await ann.page.getByRole("img", { name: say("codeOf", { link: `${scene.server.url}/a/lunch` }) }).waitFor();
}

export const SHOWING = {
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
};
