// What is not seen at first is fetched when it is opened: scripts by `import()`, their style sheets and their words here. Where that
// fails, it is said in its place, and may be tried again.

import { laterTexts, say } from "../texts.js";
import { h } from "./dom.js";

/** A network that takes a request and never answers holds nobody for longer than this: then it may be tried again. */
const LOAD_MS = 15_000;

const sheets = new Map();

/** What is loading, or an error where it does not come in time. */
export function inTime(loading) {
  let timer = 0;
  const late = new Promise((_, failed) => {
    timer = setTimeout(() => failed(new Error("it did not come in time")), LOAD_MS);
  });
  return Promise.race([loading, late]).finally(() => clearTimeout(timer));
}

/** Resolves once `css/NAME.css` is applied and the later words are there; rejects where they cannot be had, and may be asked again then. */
export function styled(name) {
  if (!sheets.has(name)) sheets.set(name, fetched(name));
  return inTime(Promise.all([sheets.get(name), laterTexts()]));
}

function fetched(name) {
  const href = new URL(`../../css/${name}.css`, import.meta.url).href;
  const link = h("link", { rel: "stylesheet", href });
  return new Promise((done, failed) => {
    link.onload = done;
    link.onerror = () => {
      sheets.delete(name);
      link.remove();
      failed(new Error(`${href} cannot be had`));
    };
    document.head.append(link);
  });
}

/**
 * Fills `box` once what belongs into it is there. `load()` returns promises of what is needed, `open(…)` gets what they give; it is
 * not called where the box has been put to other use meanwhile.
 */
export async function later(box, load, open) {
  const show = (...content) => {
    const focused = box.contains(document.activeElement);
    box.replaceChildren(...content);
    if (focused) content.at(-1).focus();
  };
  const wait = h("p", { class: "hint", role: "status", tabIndex: -1 }, say("panelLoading"));
  show(wait);
  try {
    const parts = await inTime(Promise.all(load()));
    if (wait.parentNode !== box) return;
    box.replaceChildren();
    open(...parts);
  } catch {
    if (wait.parentNode !== box) return;
    const again = h("button", { type: "button", class: "button", onclick: () => later(box, load, open) }, say("panelAgain"));
    show(h("p", { role: "alert" }, say("panelFailed")), again);
  }
}
