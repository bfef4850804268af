// Puts the page together: the address chooses the view, the socket follows what the view shows, the views draw what changed.
//
// From the server inwards: wire.js (one connection) - protocol.js (its frames) - socket.js (comes back, asks, answers) - area.js (one
// area: state.js is what everyone sees, ballot.js our vote under way, sender.js sends it until its fate is known, intents.js the
// rules of what is put right after a return) - standings.js (the order) - views/ (what is drawn). Beside them: router.js (addresses),
// memory.js (what this browser remembers), session.js, search.js and venues.js (places), texts.js (every word), names.js (rules of
// names), opened.js (what Back closes first).

import { Area } from "./area.js";
import { localMemory } from "./memory.js";
import { addressOf, placeOf } from "./router.js";
import { Search } from "./search.js";
import { renewSession } from "./session.js";
import { Socket } from "./socket.js";
import { say } from "./texts.js";
import { addView } from "./views/add.js";
import { byId } from "./views/dom.js";
import { head } from "./views/head.js";
import { landing } from "./views/landing.js";
import { notices } from "./views/notices.js";
import { panels } from "./views/panels.js";
import { people } from "./views/people.js";
import { standingsView } from "./views/standings.js";
import { openWebSocket } from "./wire.js";

const page = document.documentElement;
const lifetime = Number(page.dataset.lifetimeMs) || 7_200_000;
const origin = page.dataset.origin || location.origin;
const memory = localMemory();

let area = null;
let drawing = false;

const { tell, summary, reset } = notices();
const socket = new Socket({ open: openWebSocket, renewSession, changed: redraw, news });
const start = landing({ memory, origin, go: (name) => location.assign(addressOf(name)) });
const rows = standingsView({ summary, redraw });
const search = new Search({ memory, center: page.dataset.center });
/** What is not seen at first comes when it is opened; without its settings there is no map. */
const more = panels(
  {
    ...(byId("map-tab") && { map: { load: () => import("./views/map.js") } }),
    activity: { load: () => import("./views/activity.js"), beside: true },
  },
  { tell, memory, search },
);
const areaViews = [head({ origin, tell }), rows, addView({ search, memory, rows }), people({ tell }), more];

/** Draws once for all that changed in this turn; a timer, since a hidden tab has no animation frames but has a title. */
function redraw() {
  if (drawing) return;
  drawing = true;
  setTimeout(() => {
    drawing = false;
    if (area) for (const view of areaViews) view.render(area, socket);
    if (area?.refusal) show({ bad: area.name });
  });
}

function news({ event, data }) {
  if (event === "count") start.count(data.live);
  if (event === "current") area?.backInTouch();
  redraw();
}

/** The landing page follows no area: the live count alone. */
const nobody = { where: () => undefined, followed() {}, lost() {}, refused() {}, events() {} };

function show({ area: name, bad }) {
  if (name && name === area?.name) return;
  area?.end();
  reset();
  // What the server wrote into the page stays until the first state takes its place.
  const written = !area && name && byId("area-title").textContent === name;
  if (!written) for (const view of areaViews) view.reset?.();
  page.dataset.view = name ? "area" : "landing";
  if (name) {
    area = new Area(name, { socket, memory, lifetime, changed: redraw, told: tell });
    if (!written) document.title = say("titleEmpty", name);
    memory.visited(name);
  } else {
    area = null;
    document.title = say("product");
    start.show(bad);
  }
  socket.follow(area ?? nobody);
  redraw();
}

const route = () => show(placeOf(location));
addEventListener("hashchange", route);
addEventListener("popstate", route);
for (const news of ["online", "offline", "pageshow"]) addEventListener(news, () => socket.wake());
document.addEventListener("visibilitychange", () => document.hidden || socket.wake());
addEventListener("storage", ({ key, oldValue, newValue }) => {
  if (area && memory.nameChanged(area.name, key, oldValue, newValue)) area.otherTab();
});
memory.tidy();
route();
