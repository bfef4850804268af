// What the page says, for tests: in English, whether the page or the server's HTML says it. A test that meets the page without a
// document has to import this, and so gives it its words.

import { readFileSync } from "node:fs";

import { useTexts } from "../assets/js/texts.js";

export const LANGUAGES = ["en", "de", "fr", "es", "zh-Hans"];

const read = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"));

/** The texts of a language in their groups: a file of lang/ as it is, and `later`, the words of what is opened later. */
export const language = (tag) => ({ ...read(`lang/${tag}.json`), later: read(`assets/lang/${tag}.json`) });

/** The page, and a test's `say`, speak this language. */
export function speak(tag, home) {
  const { page, html, errors, later } = language(tag);
  useTexts({ page: { ...page, ...html, ...later }, errors }, tag, home);
}

speak("en");

export { say, sayError } from "../assets/js/texts.js";
