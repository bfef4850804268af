// What the page says, in the language that the server chose for it, with numbers and times as they are written where this person lives.
// The words of the first view are in lang/ and come with the page, the others in assets/lang/; this knows none of them.

const FROM_RIGHT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF]/;

let texts = {};
let errors = {};
let locale;
let rules;

/** From now on all is said by these: `{page, errors}` of a file of lang/, in the language with this tag. `browser` is the browser's own locale. */
export function useTexts(file, tag, browser) {
  texts = file.page;
  errors = file.errors;
  // Browsers have locales that Intl does not take (`en-US@posix`).
  const [, region] = /-([A-Z]{2})\b/.exec(browser) ?? [];
  locale = new Intl.Locale(tag, { region });
  rules = new Intl.PluralRules(locale);
}

const block = globalThis.document?.getElementById("texts");
if (block) useTexts(JSON.parse(block.textContent), document.documentElement.lang, navigator.language);

let later = null;

/** Resolves once the words of what is opened later are there; rejects where they cannot be had, and may be asked again then. */
export function laterTexts() {
  later ??= fetch(new URL(`../lang/${document.documentElement.lang}.json`, import.meta.url))
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error("the words cannot be had"))))
    .then((more) => (texts = { ...texts, ...more }));
  later.catch(() => (later = null));
  return later;
}

/** The language and the region, for what is written as it is done there. */
export const home = () => locale;

/** A number, or a list of names, as this language writes it. A name that is written from the right does not turn the sentence around it. */
function written(hole) {
  if (typeof hole === "number") return hole.toLocaleString(locale);
  if (Array.isArray(hole)) return new Intl.ListFormat(locale, { type: "conjunction" }).format(hole.map(written));
  return FROM_RIGHT.test(hole) ? `\u2068${hole}\u2069` : hole;
}

/** The text of that name, its holes filled: `say("votes", { n: 2 })`. A plural goes by `n`. While a server of an older version is still about, a text may be missing: then it is empty. */
export function say(name, holes = {}) {
  const text = texts[name] ?? "";
  const form = typeof text === "string" ? text : (text[rules.select(holes.n)] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (_, hole) => written(holes[hole] ?? ""));
}

/** What went wrong, for a person: by code, else the server's own sentence, which is English. */
export function sayError({ code, message } = {}) {
  return Object.hasOwn(errors, code ?? "") ? errors[code] : message || say("failed");
}

/** "14:05", or "2:05 PM" where that is the custom. */
export function clock(at) {
  const [hourCycle] = locale.getHourCycles?.() ?? locale.hourCycles ?? [];
  return new Intl.DateTimeFormat(locale, { timeStyle: "short", hourCycle }).format(at);
}
