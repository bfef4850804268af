// The list of suggestions below a field: a combobox with a list and manual selection, as the ARIA Authoring Practices have it. What
// was found comes first; the place as it was typed is always the last, in a group of its own. Knows nothing of the search.

import { opened } from "../opened.js";
import { distance } from "../distance.js";
import { say } from "../texts.js";
import { metres } from "../venues.js";
import { arrange, byId, h } from "./dom.js";

/** What the last option is kept under; no venue has an empty id. */
const BY_HAND = "";

/** `picked(venue)` is called with what was chosen; a write-in has a name alone. */
export function suggestions({ field, picked }) {
  const list = byId("found");
  const groups = [byId("found-places"), byId("found-by-hand")];
  const items = new Map();
  let order = [];
  let active = null;
  let latest = null;
  let held = false;
  let made = 0;
  let done = () => {};

  groups[0].setAttribute("aria-label", say("foundGroup"));
  groups[1].setAttribute("aria-label", say("byHandGroup"));

  // Nothing moves under a finger: what comes meanwhile waits for it to be lifted, and for its click.
  list.onpointerdown = () => (held = true);
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => {
      if (!held) return;
      setTimeout(() => {
        held = false;
        if (latest) draw();
      });
    });
  }

  const isOpen = () => !list.hidden;

  function open() {
    if (isOpen() || !order.length) return;
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    done = opened(close);
    // A phone's keyboard covers half of the screen: the list is to be seen above it.
    if (matchMedia("(pointer: coarse)").matches) field.scrollIntoView({ block: "start" });
  }

  function close() {
    if (!isOpen()) return;
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    point(null);
    done();
  }

  /** `at` is where distances count from. */
  function show(venues, name, at) {
    latest = { venues, name, at };
    if (!held) draw();
    open();
  }

  function draw() {
    const { venues, name, at } = latest;
    latest = null;
    const wanted = [...venues.map((venue) => [venue.id, venue]), [BY_HAND, { name }]];
    for (const id of [...items.keys()]) if (!wanted.some(([other]) => other === id)) items.delete(id);
    order = wanted.map(([id, venue]) => {
      if (!items.has(id)) items.set(id, { el: optionOf(id) });
      const item = items.get(id);
      const parts = id === BY_HAND ? [say("writeInHint")] : describe(venue, at);
      const words = id === BY_HAND ? say("writeIn", { name: venue.name }) : venue.name;
      const key = [words, ...parts].join("\n");
      if (key !== item.key) {
        item.el.replaceChildren(
          h("span", { class: "option-name", dir: "auto" }, words),
          h("span", { class: "details" }, ...parts.map((part) => h("bdi", {}, part))),
        );
      }
      return Object.assign(item, { key, id, venue });
    });
    arrange(groups[0], order.slice(0, -1).map((item) => item.el));
    arrange(groups[1], order.slice(-1).map((item) => item.el));
    groups[0].hidden = venues.length === 0;
    // The one that was chosen stays so, if it is there still.
    point(order.find((item) => item === active) ?? null);
  }

  function optionOf(id) {
    const onclick = () => choose(items.get(id));
    return h("li", { id: `found-${made++}`, role: "option", class: "option", "aria-selected": "false", onclick });
  }

  function point(item) {
    active = item;
    for (const { el } of order) el.setAttribute("aria-selected", String(el === item?.el));
    if (!item) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", item.el.id);
    item.el.scrollIntoView({ block: "nearest" });
  }

  function choose(item) {
    close();
    picked(item.venue);
  }

  /** Round and round; from the field itself to the first, or to the last. */
  function step(by) {
    const from = order.indexOf(active);
    point(order[from < 0 ? (by > 0 ? 0 : order.length - 1) : (from + by + order.length) % order.length]);
  }

  field.addEventListener("keydown", (event) => {
    const { key, altKey, isComposing } = event;
    // Whoever writes with an input method chooses signs with these keys.
    if (isComposing || !order.length) return;
    const vertical = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (vertical && altKey) {
      event.preventDefault();
      if (vertical > 0) open();
      else close();
    } else if (vertical) {
      event.preventDefault();
      open();
      step(vertical);
    } else if (key === "Enter" && isOpen()) {
      event.preventDefault();
      if (active) choose(active);
      else step(1);
    } else if (key === "Escape" && isOpen()) {
      event.preventDefault();
      close();
    } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(key)) {
      // Back in the text, where these keys move the caret.
      point(null);
    }
  });

  return {
    show,
    close,
    isOpen,
    clear() {
      close();
      latest = null;
      order = [];
      items.clear();
      for (const group of groups) group.replaceChildren();
    },
  };
}

function describe({ categories = [], location = {}, distance: known }, at) {
  const far = known ?? (at && location.lat !== undefined ? metres(at, location) : undefined);
  return [far === undefined ? "" : distance(far), categories[0]?.name, location.address].filter(Boolean);
}
