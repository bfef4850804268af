// What all dialogs have in common: they are modal, closed by their button, by Escape, by a tap beside them and by Back, and give
// the focus back. Knows nothing of what is in them.

import { opened } from "../opened.js";
import { say } from "../texts.js";
import { h } from "./dom.js";
import { styled } from "./later.js";

let count = 0;

/**
 * Opens once its `sheets` are there; rejects where they cannot be had. What has the property `autofocus` gets the focus. `closed()` comes once, however it is
 * closed. Answers `{el, close()}`.
 */
export async function dialog({ title, kind, sheets = [], closed = () => {} }, ...content) {
  await Promise.all(["dialog", ...sheets].map(styled));
  const before = document.activeElement;
  const heading = h("h2", { id: `dialog-${++count}`, dir: "auto" }, title);
  const close = () => el.close();
  const button = h("button", { type: "button", class: "button quiet", onclick: close }, say("close"));
  const box = h("div", { class: "dialog-box" }, h("div", { class: "dialog-head" }, heading, button), ...content);
  const el = h("dialog", { class: `dialog ${kind}`, "aria-labelledby": heading.id }, box);
  document.body.append(el);
  el.showModal();
  const done = opened(close);
  el.onclick = ({ target }) => {
    if (target === el) close();
  };
  el.onclose = () => {
    el.remove();
    done();
    closed();
    // Browsers do so themselves, but Safari where a finger had pressed the button.
    if (document.activeElement === document.body) before.focus();
  };
  return { el, close };
}
