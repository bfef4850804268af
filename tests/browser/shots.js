// Pictures of every state of the page, on a phone and on a laptop (the wall: on a television and upright), light and dark, for people
// to look at: npm run shots.
// With an argument, only of the states whose names contain it.

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { closeBrowser } from "./chromium.js";
import { Scene } from "./scene.js";
import { STATES, arrive, look, looksOf } from "./states.js";

const FOLDER = fileURLToPath(new URL("shots/", import.meta.url));
const wanted = process.argv[2] ?? "";

await mkdir(FOLDER, { recursive: true });
for (const [name, state] of Object.entries(STATES)) {
  if (!name.includes(wanted)) continue;
  const { scene, ann } = await arrive(Scene, null, state);
  for (const each of looksOf(state)) {
    await look(ann, each);
    const file = `${name.replaceAll(/\W+/g, "-")}-${each.device}-${each.colorScheme}.png`;
    await ann.page.screenshot({ path: FOLDER + file, fullPage: true });
    console.log(file);
  }
  await scene.close();
}
await closeBrowser();
