// A message's text in its parts: plain text, links, and places that have votes. Pure. Nothing but http and https becomes a link, and
// no address that hides where it leads behind a name and a password.

import { compared } from "../names.js";

const ADDRESS = /https?:\/\/[^\s<>"“”«»]+/giu;
/** What ends the sentence around an address, and not the address. */
const ENDS = /[.,;:!?'’…。，、！？；：]+$/u;
const BRACKETS = new Map([[")", "("], ["]", "["], ["}", "{"], ["）", "（"]]);
/** A place of one letter would be found everywhere. */
const SHORTEST = 2;
const WORD = /[\p{L}\p{M}\p{N}_]/u;
/** Scripts that are written without spaces: there a name may stand in the midst of letters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** The parts of the text in their order: `{text}`, `{text, href}` for a link, `{text, id}` for a place that `find` knows. */
export function parts(text, find = () => []) {
  const found = [];
  let at = 0;
  for (const { 0: raw, index } of text.matchAll(ADDRESS)) {
    const shown = withoutEnd(raw);
    const href = safe(shown);
    if (!href) continue;
    found.push(...places(text.slice(at, index), find), { text: shown, href });
    at = index + shown.length;
  }
  return [...found, ...places(text.slice(at), find)];
}

function places(text, find) {
  const found = [];
  let at = 0;
  for (const { index, length, id } of find(text)) {
    found.push({ text: text.slice(at, index) }, { text: text.slice(index, index + length), id });
    at = index + length;
  }
  return [...found, { text: text.slice(at) }].filter((part) => part.text);
}

/** An address within brackets does not take the closing one along; one with brackets of its own keeps them. */
function withoutEnd(address) {
  for (;;) {
    const cut = address.replace(ENDS, "");
    const last = cut.at(-1);
    const count = (bracket) => cut.split(bracket).length;
    const shut = BRACKETS.has(last) && count(last) > count(BRACKETS.get(last)) ? cut.slice(0, -1) : cut;
    if (shut === address) return address;
    address = shut;
  }
}

function safe(address) {
  try {
    const { href, protocol, hostname, username, password } = new URL(address);
    return ["http:", "https:"].includes(protocol) && hostname && !username && !password ? href : null;
  } catch {
    return null;
  }
}

const key = (name) => compared(name.replace(/’/g, "'").replace(/\s+/g, " "));
const written = (name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+").replace(/['’]/g, "['’]");

/** Finds these places `{id, name}` in a text: `{index, length, id}` of each, the longest name first where several begin alike. */
export function finder(list) {
  const ids = new Map();
  for (const { id, name } of list) if ([...name].length >= SHORTEST && !ids.has(key(name))) ids.set(key(name), id);
  if (!ids.size) return () => [];
  const names = list.map(({ name }) => name).filter((name) => ids.has(key(name))).sort((a, b) => b.length - a.length);
  const pattern = new RegExp(names.map(written).join("|"), "giu");

  return (text) => {
    const found = [];
    pattern.lastIndex = 0;
    for (let match; (match = pattern.exec(text)); ) {
      const { 0: name, index } = match;
      const before = [...text.slice(0, index)].at(-1);
      const [after] = text.slice(index + name.length);
      if (joins(before, [...name][0]) || joins([...name].at(-1), after)) pattern.lastIndex = index + 1;
      else found.push({ index, length: name.length, id: ids.get(key(name)) });
    }
    return found.filter(({ id }) => id !== undefined);
  };
}

/** Whether two characters beside each other are of one word. */
const joins = (a, b) => [a, b].every((char) => char !== undefined && WORD.test(char) && !UNSPACED.test(char));
