// What the page says, in the language that the server chose for it, with numbers, times and distances as they are written where
// this person lives. The words are in lang/ and come with the page; this knows none of them.

/** Whoever lives in these regions thinks in miles. */
const MILES = new Set(["US", "GB", "LR", "MM"]);
const METRES_PER_MILE = 1_609.344;
const FEET_PER_METRE = 3.28084;
const FROM_RIGHT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF]/;

let texts = {};
let errors = {};
let locale;
let rules;

/** From now on all is said by these: `{page, errors}` of a file of lang/, in the language with this tag. `home` is the browser's own locale. */
export function useTexts(file, tag, home) {
  texts = file.page;
  errors = file.errors;
  // Browsers have locales that Intl does not take (`en-US@posix`).
  const [, region] = /-([A-Z]{2})\b/.exec(home) ?? [];
  locale = new Intl.Locale(tag, { region });
  rules = new Intl.PluralRules(locale);
}

const block = globalThis.document?.getElementById("texts");
if (block) useTexts(JSON.parse(block.textContent), document.documentElement.lang, navigator.language);

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

/** From so many kilometres or miles on, tenths tell nothing more. */
const WHOLE_FROM = 10;

/** So many metres, as one says it to a person who is to walk them: "120 m", "1.2 km", "0.8 mi", "14 km". */
export function distance(metres) {
  const unit = (value, unit) => new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: value < WHOLE_FROM ? 1 : 0 }).format(value);
  const tens = (value) => Math.round(value / 10) * 10;
  if (!MILES.has(locale.region)) return metres < 995 ? unit(tens(metres), "meter") : unit(metres / 1000, "kilometer");
  const miles = metres / METRES_PER_MILE;
  return miles < 0.1 ? unit(tens(metres * FEET_PER_METRE), "foot") : unit(miles, "mile");
}
