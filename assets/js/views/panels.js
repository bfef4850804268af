// The panels of an area beside the standings: the map, the activity. On a phone one of them at a time takes the place of the
// standings, as a tab; on a wide screen they stand beside or above them. Each is loaded when it is first opened.

import { opened } from "../opened.js";
import { byId } from "./dom.js";
import { later, styled } from "./later.js";

/** From here on there is room for two columns; views.css and panels.css have the same. */
const WIDE = "(min-width: 56rem)";

/**
 * `list` by name: `{load, beside}`. `load()` imports a module whose `panel(box, context)` fills the panel's box and returns
 * `{render(area, socket), reset?(), shut?()}`; its looks are `css/NAME.css`. One that is `beside` is open by itself where there is
 * room for it. The markup of a panel is `#NAME-panel` with `#NAME-box` in it, its button `#NAME-tab`; `#standings-tab` leads back.
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
    if (beside && wide.matches) fill(name);
  }
  byId("standings-tab").onclick = close;
  wide.addEventListener("change", () => {
    // What stands beside the standings is no step that Back could undo.
    if (wide.matches && list[shown]?.beside) close();
    for (const [name, { beside }] of Object.entries(list)) if (beside && wide.matches) fill(name);
  });
  mark();

  function open(name) {
    if (shown === name) return;
    const first = shown === "";
    views[shown]?.shut?.();
    shown = name;
    // From one tab to another is no step that Back has to undo.
    if (first) done = opened(shut);
    mark();
    fill(name);
  }

  function close() {
    shut();
    done();
  }

  function shut() {
    if (!shown) return;
    // A focus in what goes would be nowhere.
    if (byId(`${shown}-panel`).contains(document.activeElement)) byId("standings-tab").focus();
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

  /** Loads what is to be seen, and draws it. */
  function fill(name) {
    if (views[name]) return draw(name);
    const box = byId(`${name}-box`);
    views[name] = { render() {} };
    later(box, () => [list[name].load(), styled(name)], ({ panel }) => {
      views[name] = panel(box, context);
      draw(name);
    });
  }

  const visible = (name) => shown === name || (list[name].beside && wide.matches);
  const draw = (name) => now.length && visible(name) && views[name]?.render(...now);

  return {
    open,
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
