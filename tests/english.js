// What the page says, for tests: in English, whether the page or the server's HTML says it. A test that meets the page without a
// document has to import this, and so gives it its words.

import { readFileSync } from "node:fs";

import { useTexts } from "../assets/js/texts.js";

export const LANGUAGES = ["en", "de", "fr", "es", "zh-Hans"];

/** A file of lang/, as it is. */
export const language = (tag) => JSON.parse(readFileSync(new URL(`../lang/${tag}.json`, import.meta.url), "utf8"));

/** The page, and a test's `say`, speak this language. */
export function speak(tag, home) {
  const { page, html, errors } = language(tag);
  useTexts({ page: { ...page, ...html }, errors }, tag, home);
}

speak("en");

export { say, sayError } from "../assets/js/texts.js";
