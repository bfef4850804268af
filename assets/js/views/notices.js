// What the page tells: one notice at a time where the eye is, the same words for a screen reader, and the standings' changes as
// one summary now and then.

import { say } from "../texts.js";
import { byId, h } from "./dom.js";

/** A notice without a choice goes by itself; one with a choice stays longer, for who reads slowly. */
const SHOWN_MS = 6_000;
const CHOICE_MS = 20_000;
/** The standings' changes are told at most this often. */
const SUMMARY_MS = 5_000;

export function notices() {
  const box = byId("notice");
  let timer = 0;
  let before = null;
  let told = "";
  let wanted = "";
  let summaryTimer = 0;

  function hide() {
    clearTimeout(timer);
    const focused = box.contains(document.activeElement);
    box.hidden = true;
    box.replaceChildren();
    // Whoever pressed its button goes on where they were.
    if (focused && before?.isConnected) before.focus();
  }

  /** Not while somebody is at it. */
  function fade() {
    if (box.matches(":hover, :focus-within")) timer = setTimeout(fade, SHOWN_MS);
    else hide();
  }

  function speak(text) {
    // Emptied first, so that the same words are said again.
    byId("said").textContent = "";
    setTimeout(() => (byId("said").textContent = text), 50);
  }

  /** `{text, actions: [[label, run]], warn}`; `quiet` is for what the eye sees anyway. */
  function tell({ text, actions = [], warn = false, quiet = false }) {
    speak(text);
    if (quiet) return hide();
    clearTimeout(timer);
    if (!box.contains(document.activeElement)) before = document.activeElement;
    const button = ([label, run]) =>
      h("button", { type: "button", class: "button", onclick: () => (hide(), run()) }, label);
    const close = h("button", { type: "button", class: "button quiet", onclick: hide }, say("close"));
    box.replaceChildren(h("p", {}, text), h("div", { class: "line" }, ...actions.map(button), close));
    box.classList.toggle("warn", warn);
    box.hidden = false;
    timer = setTimeout(fade, actions.length ? CHOICE_MS : SHOWN_MS);
  }

  /** The standings in a sentence, for a screen reader. The first one is on the page already. */
  function summary(text) {
    wanted = text;
    if (told === "") told = text;
    if (summaryTimer || wanted === told) return;
    summaryTimer = setTimeout(() => {
      summaryTimer = 0;
      if (wanted !== told) byId("said-later").textContent = wanted;
      told = wanted;
    }, SUMMARY_MS);
  }

  /** Another area: nothing of the last one is told. */
  function reset() {
    hide();
    clearTimeout(summaryTimer);
    summaryTimer = 0;
    told = wanted = "";
  }

  return { tell, summary, reset };
}
