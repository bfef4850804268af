// The map: the places with votes, what a search found, and a card for the one that is opened. Everything here is to be had without it,
// too; where Leaflet or its tiles do not come, it says so and goes on.

import { card } from "../map/card.js";
import { leaflet } from "../map/leaflet.js";
import { markers } from "../map/markers.js";
import { boundsOf, hostsOf, pinsOf, spotsOf } from "../map/spots.js";
import { tiles } from "../map/tiles.js";
import { tools } from "../map/tools.js";
import { standings } from "../standings.js";
import { say } from "../texts.js";
import { rounded } from "../venues.js";
import { byId, h, setText } from "./dom.js";

/** So close is a place in its street; nearer tells nothing more. */
const NEAR_ZOOM = 16;
const AROUND_ZOOM = 14;
/** Nothing is known of where people are: most of the land, from afar. */
const WORLD = [[25, 10], 2];
/** Pixels to the edges when all places are to be seen: half a circle, its name, and what stands at the top. */
const PADDING = { paddingTopLeft: [56, 96], paddingBottomRight: [56, 56] };

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function panel(box, { search }) {
  const settings = JSON.parse(byId("map-panel").dataset.map);
  const canvas = h("div", { class: "map-canvas", role: "region", "aria-label": say("mapCanvas") });
  const missing = h("p", { class: "hint" });
  const place = card(closed);
  let L = null;
  let map = null;
  let marks = null;
  let area = null;
  let spots = [];
  let pins = [];
  /** The first view is chosen by what there is to see, from then on by the person alone. */
  let fitted = false;
  let moved = false;

  const above = tools({
    search: () => search.nearPoint("map", rounded(map.getCenter().wrap())),
    clear: () => search.clear(),
    zoom: (by) => map.setZoom(map.getZoom() + by),
    all: () => fit(),
  });
  const frame = h("div", { class: "map-frame" }, above.top, canvas, above.zoom, place.el);
  const { tiles: of, code } = hostsOf(settings);
  box.append(frame, missing, h("p", { class: "hint" }, say("mapHosts", { tiles: of, code })));
  search.listen(drawFound);
  begin();

  async function begin() {
    above.tell("wait", say("mapLoading"));
    frame.dataset.state = "loading";
    try {
      L = await leaflet(settings);
    } catch {
      frame.dataset.state = "failed";
      return above.tell("error", say("mapFailed"), begin);
    }
    frame.dataset.state = "ready";
    above.tell("wait", "");
    map = L.map(canvas, {
      zoomControl: false,
      // A wheel turns the page, unless the person works with the map.
      scrollWheelZoom: false,
      worldCopyJump: true,
      minZoom: 2,
      maxZoom: settings.maxZoom,
      ...(calm.matches && { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false }),
    });
    map.on("focus", () => map.scrollWheelZoom.enable()).on("blur", () => map.scrollWheelZoom.disable());
    map.on("click", () => place.hide());
    map.on("dragend", () => {
      moved = true;
      above.moved();
    });
    tiles(L, map, settings, (state) => above.tell("tiles", state === "failed" ? say("mapNoTiles") : "", state === "failed" && (() => map.fire("retry"))));
    marks = markers(L, map, open);
    new ResizeObserver(() => {
      map.invalidateSize({ pan: false });
      if (area) draw();
    }).observe(canvas);
    if (area) draw();
  }

  function open(id, button) {
    place.show(id);
    marks.choose(id);
    draw();
    place.title.focus({ preventScroll: true });
    place.el.scrollIntoView({ block: "nearest" });
    const spot = [...spots, ...pins].find(({ venue }) => venue.id === id);
    // Not behind its own card, which stands at the left where there is room beside it, else below.
    const { offsetWidth: width, offsetHeight: height } = place.el;
    const beside = canvas.clientWidth > 2 * width;
    const paddingTopLeft = beside ? [width + 56, 96] : [56, 96];
    map.panInside(spot.at, { paddingTopLeft, paddingBottomRight: [56, beside ? 56 : height + 48], animate: !calm.matches });
    button.setAttribute("aria-expanded", "true");
  }

  function closed(id, focused) {
    marks?.choose(null);
    const button = marks?.buttonOf(id);
    button?.removeAttribute("aria-expanded");
    if (focused) (button ?? canvas).focus({ preventScroll: true });
    if (area) drawFound();
  }

  /** All places in sight; without any, where the search looks. */
  function fit() {
    if (!canvas.clientWidth) return;
    const bounds = boundsOf([...spots, ...pins].map(({ at }) => at));
    const { at } = search.place;
    if (bounds) map.fitBounds(bounds, { ...PADDING, maxZoom: NEAR_ZOOM, animate: fitted && !calm.matches });
    else if (at) map.setView(at, AROUND_ZOOM);
    else map.setView(...WORLD);
    fitted = Boolean(bounds);
  }

  function draw() {
    const rows = standings(area.state);
    const found = spotsOf(rows, area.vote);
    spots = found.spots;
    setText(missing, found.missing ? say("mapMissing", { n: found.missing }) : "");
    if (!map || !canvas.clientWidth) return;
    if (!fitted && !moved) fit();
    marks.drawSpots(spots);
    drawFound();
    marks.choose(place.id);
    if (place.id === null) return;
    const shown = rows.find(({ venue }) => venue.id === place.id) ?? pins.find(({ venue }) => venue.id === place.id);
    if (shown) place.draw(area, shown);
    else place.hide();
  }

  /** What the search found, and what it says. */
  function drawFound() {
    if (!map || !area?.state) return;
    const open = pins.filter(({ venue }) => venue.id === place.id);
    const found = search.phase === "idle" ? [] : pinsOf(search.venues, (id) => area.state.venues.has(id));
    // The place of an open card stays while one looks at it.
    pins = [...found, ...open.filter(({ venue }) => !area.state.venues.has(venue.id) && !found.some((pin) => pin.venue.id === venue.id))];
    marks.drawPins(pins);
    above.found(search, spots.length + pins.length === 0);
  }

  return {
    render(now) {
      area = now;
      if (area.state) draw();
    },
    reset() {
      place.hide();
      fitted = moved = false;
      area = null;
      spots = [];
    },
    shut: () => place.hide(),
  };
}
