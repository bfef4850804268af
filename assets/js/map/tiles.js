// The map's images: where they come from, whom they are owed to, and whether they come. Without them the places stand where they are
// all the same.

import { h } from "../views/dom.js";

/** So many refusals and not one image are no accident. */
const ERRORS = 3;
/** Nor is it one if nothing has come for so long. */
const LATE_MS = 10_000;

/** `told(state)` hears `failed` and `there`. The map's event `retry` asks for all of them again. */
export function tiles(L, map, { tiles: address, credit, maxZoom }, told) {
  let errors = 0;
  let late = 0;
  // Leaflet takes HTML here; made of elements, so that no text of the settings is taken for any.
  const link = credit.url ? h("a", { href: credit.url, target: "_blank", rel: "noopener noreferrer" }, credit.text) : h("span", {}, credit.text);
  map.attributionControl.setPrefix(h("a", { href: "https://leafletjs.com", target: "_blank", rel: "noopener noreferrer" }, "Leaflet").outerHTML);
  // OpenStreetMap wants to know which site asks; the origin is enough, and no page's address leaves the browser.
  const layer = L.tileLayer(address, { maxZoom, attribution: link.outerHTML, referrerPolicy: "strict-origin" });
  const begin = () => {
    clearTimeout(late);
    errors = 0;
    late = setTimeout(() => told("failed"), LATE_MS);
  };
  layer.on("tileerror", () => {
    errors += 1;
    if (errors === ERRORS) told("failed");
  });
  layer.on("tileload", () => {
    clearTimeout(late);
    errors = 0;
    told("there");
  });
  map.on("retry", () => {
    begin();
    layer.redraw();
  });
  begin();
  layer.addTo(map);
}
