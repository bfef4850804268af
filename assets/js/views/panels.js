// The panels of an area beside the standings: the map, the activity. On a phone one of them at a time takes the place of the
// standings, as a tab; on a wide screen they stand beside or above them. Each is loaded when it is first opened.

import { opened } from "../opened.js";
import { say } from "../texts.js";
import { byId, h } from "./dom.js";

/** From here on there is room for two columns; views.css has the same. */
export const WIDE = "(min-width: 56rem)";

/**
 * `list` by name: `{load, beside}`. `load()` imports a module whose `panel(box, context)` fills the panel's box and returns
 * `{render(area, socket), shut?()}`; one that is `beside` is open by itself where there is room for it. The markup of a panel is
 * `#NAME-panel`, its button `#NAME-tab`; `#standings-tab` leads back.
 */
export function panels(list, context) {
  const root = byId("area");
  const wide = matchMedia(WIDE);
  const views = {};
  let now = [];
  let shown = "";
  let done = () => {};

  for (const [name, { beside }] of Object.entries(list)) {
    byId(`${name}-tab`).onclick = () => (shown === name && wide.matches ? close() : open(name));
    if (beside) fill(name);
  }
  byId("standings-tab").onclick = close;
  mark();

  function open(name) {
    if (shown === name) return;
    const first = shown === "";
    shown = name;
    // From one tab to another is no step that Back has to undo.
    if (first) done = opened(shut);
    mark();
    fill(name, true);
  }

  function close() {
    shut();
    done();
  }

  function shut() {
    views[shown]?.shut?.();
    shown = "";
    mark();
  }

  function mark() {
    root.dataset.panel = shown;
    for (const name of ["standings", ...Object.keys(list)]) {
      byId(`${name}-tab`).setAttribute("aria-pressed", String(name === (shown || "standings")));
    }
  }

  /** Loads what is to be seen; a panel beside the standings waits until there is room, or until it is asked for. */
  async function fill(name, asked = false) {
    const { load } = list[name];
    if (!asked && !wide.matches) return wide.addEventListener("change", () => fill(name), { once: true });
    if (views[name]) return draw(name);
    const box = byId(`${name}-box`);
    box.replaceChildren(h("p", { class: "hint", role: "status" }, say("panelLoading")));
    views[name] = { render() {} };
    try {
      const { panel } = await load();
      box.replaceChildren();
      views[name] = panel(box, context);
      draw(name);
    } catch {
      delete views[name];
      const again = h("button", { type: "button", class: "button", onclick: () => fill(name, true) }, say("panelAgain"));
      box.replaceChildren(h("p", { role: "alert" }, say("panelFailed")), again);
    }
  }

  const visible = (name) => shown === name || (list[name].beside && wide.matches);
  const draw = (name) => now.length && visible(name) && views[name]?.render(...now);

  return {
    render(...args) {
      now = args;
      for (const name of Object.keys(views)) draw(name);
    },
    reset() {
      now = [];
      for (const view of Object.values(views)) view.reset?.();
    },
  };
}
