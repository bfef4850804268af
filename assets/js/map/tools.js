// What stands on the map: the search around its middle, what became of it, zoom, and a sentence where something does not come. Knows
// neither Leaflet nor the places.

import { say } from "../texts.js";
import { refusal } from "../views/add.js";
import { h, setText } from "../views/dom.js";

/** What is said, the most urgent first: one sentence at a time. */
const KINDS = ["error", "wait", "tiles", "search"];

/** Each is called by a button: `search()`, `clear()`, `zoom(by)`, `all()`. */
export function tools({ search, clear, zoom, all }) {
  const look = h("button", { type: "button", class: "button main", onclick: search }, say("mapSearch"));
  const words = h("span", { role: "status" });
  const act = h("button", { type: "button", class: "button link", hidden: true });
  const told = h("p", { class: "map-told", hidden: true }, words, act);
  const round = (sign, name, run) => h("button", { type: "button", class: "button quiet", "aria-label": say(name), title: say(name), onclick: run }, sign);
  const sayings = {};

  /** `again()` is the way on, where there is one. */
  function tell(kind, text, again) {
    sayings[kind] = text && { text, again, label: kind === "search" ? say("mapClear") : say("panelAgain") };
    const said = KINDS.map((each) => sayings[each]).find(Boolean);
    const focused = act === document.activeElement;
    setText(words, said?.text ?? "");
    act.hidden = !said?.again;
    act.onclick = said?.again || null;
    if (said?.again) setText(act, said.label);
    told.hidden = !said;
    if (focused && act.hidden) look.focus();
  }

  return {
    top: h("div", { class: "map-top" }, look, told),
    zoom: h("div", { class: "map-zoom" }, round("+", "zoomIn", () => zoom(1)), round("−", "zoomOut", () => zoom(-1)), round("⤢", "mapAll", all)),
    tell,
    /** The map's middle is another now. */
    moved: () => setText(look, say("mapSearchArea")),
    /** What the search says, and whether the map is empty. */
    found({ phase, venues, error }, empty) {
      const text = {
        searching: () => say("searching"),
        failed: () => refusal(error),
        found: () => (venues.length ? say("mapFound", { n: venues.length }) : say("mapFoundNone")),
      }[phase]?.();
      tell("search", text ?? (empty ? say("mapEmpty") : ""), text && clear);
    },
  };
}
