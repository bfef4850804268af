// The messages of the room that is looked at: keeps its place while older ones come above and newer ones below, stays at the end for
// who reads there, and tells a screen reader what is new, several as one sentence.

import { compared } from "../names.js";
import { say } from "../texts.js";
import { arrange, h, setText } from "../views/dom.js";
import { line, unsentLine } from "./line.js";
import { parts } from "./words.js";

/** Lines of one person within this time belong together. */
const TOGETHER_MS = 5 * 60_000;
/** So near to an end of the list one is at it, in pixels. */
const NEAR = 48;
/** What is new is gathered for a moment, and told at most so often. */
const GATHER_MS = 1_000;
const TELL_MS = 6_000;

/** `older()` asks for more, `show(id)` leads to a place, `again(item)` and `drop(item)` are for messages that were not sent. */
export function messageLog({ id, older, show, again, drop }) {
  const more = h("button", { type: "button", class: "button quiet talk-older", onclick: reach }, say("talkOlder"));
  const note = h("p", { class: "hint talk-note" });
  const list = h("ol", { class: "talk-list" });
  const el = h("div", { id, class: "talk-log", role: "tabpanel", tabIndex: 0 }, more, note, list);
  const latest = h("button", { type: "button", class: "button talk-latest", hidden: true, onclick: toEnd }, say("talkLatest"));
  const heard = h("div", { class: "unseen", role: "log", "aria-live": "polite", "aria-label": say("talkLatest") });
  const lines = new Map();
  const unsent = new Map();
  let room = null;
  let atEnd = true;
  let newest = "";
  let fresh = [];
  let timer = 0;
  let toldAt = 0;

  function toEnd() {
    el.scrollTop = el.scrollHeight;
    atEnd = true;
    latest.hidden = true;
  }

  /** The focus goes along to what was the first message: those that are asked for come above it. */
  function reach() {
    list.firstElementChild?.focus({ preventScroll: true });
    older();
  }

  el.addEventListener("scroll", () => {
    atEnd = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR;
    if (atEnd) latest.hidden = true;
    if (el.scrollTop < NEAR && !more.hidden) older();
  }, { passive: true });
  // The field below grows, the phone turns: the end stays the end.
  new ResizeObserver(() => atEnd && toEnd()).observe(el);

  /** Draws the room. `find` finds places in texts, `me` is who reads, `local` turns the store's times into ours. */
  function render(now, { me, find, items, live, reaching, loading, hint, local }) {
    const other = room !== now.id;
    if (other) begin(now);
    const pinned = lines.get(now.messages.find((message) => lines.has(message.id))?.id)?.el;
    const before = pinned?.offsetTop;
    draw(now, { me, find, items, live, local });
    more.hidden = !now.older || !now.fresh;
    more.setAttribute("aria-disabled", String(reaching));
    setText(more, say(reaching ? "panelLoading" : "talkOlder"));
    setText(note, loading ? say("panelLoading") : more.hidden ? hint : "");
    gather(now, me, other || !newest);
    if (other || atEnd) toEnd();
    else if (pinned) el.scrollTop += pinned.offsetTop - before;
    if (!atEnd && isNew(now, me)) latest.hidden = false;
    newest = now.fresh ? (now.messages.at(-1)?.id ?? newest) : newest;
  }

  function begin(now) {
    room = now.id;
    lines.clear();
    unsent.clear();
    list.replaceChildren();
    heard.replaceChildren();
    clearTimeout(timer);
    [timer, fresh, newest, atEnd, latest.hidden] = [0, [], "", true, true];
  }

  const isNew = (now, me) => now.messages.length > 0 && newest !== "" && now.messages.at(-1).id > newest && !isOwn(now.messages.at(-1), me);
  const isOwn = ({ username }, me) => compared(username) === compared(me ?? "");

  function draw(now, { me, find, items, live, local }) {
    const ids = new Set(now.messages.map((message) => message.id));
    for (const id of [...lines.keys()]) if (!ids.has(id)) lines.delete(id);
    let last = null;
    for (const message of now.messages) {
      if (!lines.has(message.id)) lines.set(message.id, line(message, { own: isOwn(message, me), show }));
      const first = !last || compared(last.username) !== compared(message.username) || message.at - last.at > TOGETHER_MS;
      lines.get(message.id).update(first, parts(message.text, find), local(message.at));
      last = message;
    }
    for (const key of [...unsent.keys()]) if (!items.some((item) => item.key === key)) unsent.delete(key);
    for (const item of items) {
      if (!unsent.has(item.key)) {
        unsent.set(item.key, unsentLine(item, { again: () => again(item), drop: () => drop(item) }));
        // Whoever says something looks at the end.
        atEnd = true;
      }
      unsent.get(item.key).update(live);
    }
    arrange(list, [...now.messages.map((message) => lines.get(message.id).el), ...items.map((item) => unsent.get(item.key).el)]);
  }

  /** What others say while one listens. What was there before is not told: it is there to be read. */
  function gather(now, me, first) {
    if (first) return;
    fresh.push(...now.messages.filter((message) => message.id > newest && !isOwn(message, me)));
    if (fresh.length) timer ||= setTimeout(tellFresh, Math.max(GATHER_MS, toldAt + TELL_MS - Date.now()));
  }

  function tellFresh() {
    const { username, text } = fresh.at(-1);
    const words = fresh.length > 1 ? say("talkMany", { n: fresh.length, name: username }) : say("talkSaid", { name: username, text });
    heard.replaceChildren(h("p", {}, words));
    [timer, toldAt, fresh] = [0, Date.now(), []];
  }

  /** One's own result, for who does not see it. */
  const tell = (words) => heard.replaceChildren(h("p", {}, words));

  return { el, latest, heard, render, tell, reset: () => (room = null) };
}
