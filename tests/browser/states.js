// Every state of the page that a person can meet, and how it comes about. The accessibility tests and the pictures go through
// all of them; they stand in states/, by what they are about.

import { ACCOUNT } from "./states/account.js";
import { FINDING } from "./states/finding.js";
import { PERSON } from "./states/person.js";
import { SHOWING } from "./states/showing.js";
import { TALKING } from "./states/talking.js";
import { VOTING } from "./states/voting.js";
import { until } from "./wait.js";

/**
 * Each: what its scene needs, and what is done to get there. `expects` are the complaints of a browser in that state, `looks` the
 * screens that it is made for, if not phone and laptop.
 */
export const STATES = { ...VOTING, ...FINDING, ...PERSON, ...ACCOUNT, ...TALKING, ...SHOWING };

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
