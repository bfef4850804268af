// Names of areas and of people: when two are the same, how they are shown. Knows nothing of the page; what people type as names is for
// typed-names.js.

/** Characters of a name and of an area, at most; the server's own limits. */
export const NAME_MAX = 32;
export const AREA_MAX = 64;

const AREA = /^[\p{L}\p{M}\p{Nd}_-]{1,64}$/u;
export const SPACE = /\p{White_Space}+/gu;
// Joiners and variation selectors: emoji and several scripts need them, but they tell no two names apart.
export const JOINERS = /[\u200C\u200D\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/gu;

const fold = (text) => text.normalize("NFC").toLowerCase().normalize("NFC");

/** The area that a text names, as the server writes it; null if it names none. */
export function areaName(raw) {
  const name = fold(raw);
  return AREA.test(name) ? name : null;
}

/** What decides whether two names are the same: `Ann`, `ANN`; without joiners, and without the white space that they held apart. */
export const compared = (name) => fold(name.replace(JOINERS, "").replace(SPACE, " ").replace(/^ | $/g, ""));

/** The order of the server: by code points, where JavaScript's own `<` goes by halves of them. */
export function byCodePoints(a, b) {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const step = left[i].codePointAt(0) - right[i].codePointAt(0);
    if (step) return step;
  }
  return left.length - right.length;
}

const graphemes = globalThis.Intl?.Segmenter && new Intl.Segmenter();
const firstOf = (word) => (graphemes ? graphemes.segment(word)[Symbol.iterator]().next().value.segment : [...word][0]);

/** One or two characters that stand for a person. */
export function initials(name) {
  const words = name.split(/[\s_-]+/u).filter((word) => /[\p{L}\p{N}\p{S}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? name];
  return ends.map(firstOf).join("").toUpperCase();
}

/** A colour of the name's own, in degrees; the same in every browser. */
export function hue(name) {
  let sum = 7;
  for (const char of compared(name)) sum = (sum * 31 + char.codePointAt(0)) % 360;
  return sum;
}
