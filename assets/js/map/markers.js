// The places on the map: real buttons at their spots, the area's own in the order of the standings, then what a search found. Knows
// Leaflet's markers, not what a press on one does.

import { say } from "../texts.js";
import { arrange, h, setText } from "../views/dom.js";

/** Pixels between a place that has the focus and the edge. */
const MARGIN = 60;

/** `opened(id, button)` is called where somebody presses one. */
export function markers(L, map, opened) {
  // Below the area's own places, and after them for who goes by keyboard.
  map.createPane("pins").classList.add("map-pins");
  const spots = new Map();
  const pins = new Map();
  let dragged = false;
  map.on("dragstart", () => (dragged = true));
  // The click that ends a drag comes right after it, and means nothing.
  map.on("dragend", () => setTimeout(() => (dragged = false)));

  function made(id, at, pane, ...content) {
    const button = h("button", { type: "button", class: "spot" }, ...content);
    const icon = L.divIcon({ className: "spot-point", html: button, iconSize: [0, 0] });
    const marker = L.marker(at, { icon, pane, interactive: false, keyboard: false }).addTo(map);
    button.onclick = (event) => {
      event.stopPropagation();
      if (!dragged) opened(id, button);
    };
    button.ondblclick = (event) => event.stopPropagation();
    button.onfocus = () => button.matches(":focus-visible") && map.panInside(at, { padding: [MARGIN, MARGIN] });
    return { marker, button };
  }

  function spotOf(id, at) {
    const disc = h("span", { class: "spot-disc", "aria-hidden": "true" });
    const name = h("span", { class: "spot-name", "aria-hidden": "true", dir: "auto" });
    // What is seen stands in the order in which it is said.
    return { ...made(id, at, "markerPane", name, " ", disc), disc, name };
  }

  const pinOf = (id, at, name) =>
    made(id, at, "pins", h("span", { class: "pin", "aria-hidden": "true" }), h("span", { class: "spot-name", "aria-hidden": "true", dir: "auto" }, name));

  function without(list, wanted) {
    const ids = new Set(wanted.map(({ venue }) => venue.id));
    for (const [id, { marker }] of list) {
      if (ids.has(id)) continue;
      marker.remove();
      list.delete(id);
    }
  }

  return {
    drawSpots(wanted) {
      without(spots, wanted);
      for (const { venue, at, votes, size, mine, first } of wanted) {
        if (!spots.has(venue.id)) spots.set(venue.id, spotOf(venue.id, at));
        const { marker, button, disc, name } = spots.get(venue.id);
        button.classList.toggle("mine", mine);
        button.classList.toggle("first", first);
        button.classList.toggle("none", !votes);
        button.setAttribute("aria-label", say(mine ? "spotMine" : "spot", { name: venue.name, n: votes }));
        setText(disc, votes ? String(votes) : "");
        setText(name, venue.name);
        // By script, which the policy allows, and as a number alone.
        disc.style.setProperty("--size", `${size}px`);
        marker.setZIndexOffset(votes * 10);
      }
      arrange(map.getPane("markerPane"), wanted.map(({ venue }) => spots.get(venue.id).marker.getElement()));
    },
    drawPins(wanted) {
      without(pins, wanted);
      for (const { venue, at } of wanted) {
        if (pins.has(venue.id)) continue;
        const pin = pinOf(venue.id, at, venue.name);
        pin.button.setAttribute("aria-label", say("pin", { name: venue.name }));
        pins.set(venue.id, pin);
      }
    },
    /** The one whose card is open is plain to see. */
    choose(id) {
      for (const [other, { button }] of [...spots, ...pins]) button.classList.toggle("chosen", other === id);
    },
    buttonOf: (id) => (spots.get(id) ?? pins.get(id))?.button,
  };
}
