// Draws the icons that must be pixels from assets/icons/icon.svg, for whoever changes that drawing: npm run icons.

import { readFile, writeFile } from "node:fs/promises";

import { browser, closeBrowser } from "./chromium.js";

const FOLDER = new URL("../../assets/icons/", import.meta.url);
/** Who cuts a shape of their own out of an icon wants it filled to its corners; the bowl lies within the circle that is never cut. */
const filled = (svg) => svg.replace(/ rx="\d+"/, "");
const ICONS = [
  ["icon-192.png", 192],
  ["icon-512.png", 512],
  ["maskable-512.png", 512, filled],
  ["touch.png", 180, filled],
];

const svg = await readFile(new URL("icon.svg", FOLDER), "utf8");
const page = await (await browser()).newPage();
for (const [name, size, change = (text) => text] of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  const sized = change(svg).replace("<svg ", `<svg width="${size}" height="${size}" `);
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${sized}`);
  await writeFile(new URL(name, FOLDER), await page.screenshot({ omitBackground: true }));
  console.log(name);
}
await closeBrowser();
