// Puts the page together: the address chooses the view, the socket follows what the view shows, the views draw what changed.
//
// From the server inwards: connection.js (what this page is connected by) - choice.js (a socket, or detour.js where those are blocked) -
// wire.js, wire-events.js (one wire) - protocol.js (its frames) - socket.js (comes back, asks, answers) - area.js (one area: state.js is
// what everyone sees, identity.js who we are there, ballot.js our vote under way, sender.js sends it until its fate is known, intents.js
// the rules of what is put right after a return), talk/ (what is said, once there is a name) - standings.js (the order) - views/ (what is drawn), map/ (the map's parts).
//
// Beside them: router.js (addresses), memory.js (what this browser remembers), session.js (its cookie), texts.js (what is said, in which
// language), names.js (rules of names), opened.js (what Back closes first). Loaded when they are needed: search.js and venues.js
// (places), activity.js (what has happened), account.js (a name that is kept), takeover.js (one-time codes), copying.js (the clipboard), made-up.js (names to take),
// offline.js (without a network).
//
// boot.js runs before all of it. The wall (`?wall`) is put together by wall.js, with fresh.js (reloads it) and awake.js.

import { Area } from "./area.js";
import { connection } from "./connection.js";
import { localMemory } from "./memory.js";
import { addressOf, codeOf, placeOf } from "./router.js";
import { say } from "./texts.js";
import { dialogs } from "./views/dialogs.js";
import { byId, setText } from "./views/dom.js";
import { head } from "./views/head.js";
import { styled } from "./views/later.js";
import { notices } from "./views/notices.js";
import { panels } from "./views/panels.js";
import { people } from "./views/people.js";
import { standingsView } from "./views/standings.js";
import { talkMark } from "./views/talk-mark.js";
import { toAdd } from "./views/to-add.js";

/** A slow phone has the first view by then. */
const FIRST_VIEW_MS = 3_000;

const page = document.documentElement;
const lifetime = Number(page.dataset.lifetimeMs) || 7_200_000;
const origin = page.dataset.origin || location.origin;
const memory = localMemory();

let area = null;
let drawing = false;

const { tell, summary, reset } = notices();
const socket = connection({ changed: redraw, news });
const rows = standingsView({ summary, redraw });
/** The map, with the search whose finds it shows. */
async function mapWithSearch() {
  const [{ panel }, search] = await Promise.all([import("./views/map.js"), wake()]);
  return { panel: (box) => panel(box, { search }) };
}
/** The talk, whose messages have a style sheet of their own. */
const talkWithLooks = () => Promise.all([import("./views/talk.js"), styled("said")]).then(([view]) => view);
/** What is not seen at first comes when it is opened; without its settings there is no map. */
const more = panels(
  { ...(byId("map-tab") && { map: { load: mapWithSearch } }), activity: { load: () => import("./views/activity.js"), beside: true }, talk: { load: talkWithLooks } },
  { tell, memory, rows },
);
const boxes = dialogs({ origin, tell, turn, memory });
/** Begins a private talk. */
function talkTo(username) {
  more.open("talk");
  // Where it cannot be loaded, the panel says so.
  area.listen().then((talk) => talk.alone(username), () => {});
}
const areaViews = [head(), boxes, rows, people({ tell, memory, redraw, talkTo }), more, talkMark()];

/** Adding a place, and the search: not for who only looks. Resolves with the search. */
let adding = null;
function wake() {
  if (adding) return adding;
  adding = Promise.all([import("./views/add.js"), import("./search.js")]).then(([{ addView }, { Search }]) => {
    const search = new Search({ memory, center: page.dataset.center });
    areaViews.push(addView({ search, memory, rows }));
    redraw();
    return search;
  });
  adding.catch(() => {
    adding = null;
    setText(byId("find-state"), say("panelFailed"));
  });
  return adding;
}
// With the first sign of life, long before anyone has found the box.
for (const sign of ["focusin", "keydown", "pointerdown", "pointermove", "scroll"]) addEventListener(sign, () => area && wake(), { passive: true });

/** The landing page's view, once that is shown; the first view of an area does without. */
let start = null;
function land(bad) {
  start ??= import("./views/landing.js").then(({ landing }) => landing({ memory, origin, go: (name) => location.assign(addressOf(name)) }));
  // Its form works without, too.
  start.then((view) => view.show(bad)).catch(() => (start = null));
}

/** For when there is no network: where the page is at hand, at once, else when the first view has had the network for itself. */
let withoutNetwork = null;
if (navigator.serviceWorker) {
  const begin = ({ offline }) => {
    withoutNetwork = offline({ lifetime, recent: () => memory.recent, blank });
    redraw();
  };
  setTimeout(() => import("./offline.js").then(begin, () => {}), navigator.serviceWorker.controller ? 0 : FIRST_VIEW_MS);
}

function blank() {
  for (const view of areaViews) view.reset?.();
}

/** Draws once for all that changed in this turn; a timer, since a hidden tab has no animation frames but has a title. */
function redraw() {
  if (drawing) return;
  drawing = true;
  setTimeout(() => {
    drawing = false;
    // A place that was on its way when the page was reloaded is shown on its way.
    if (area?.ballot.pending) wake();
    if (area) for (const view of areaViews) view.render(area, socket);
    // The page may be one that was kept: how many decide is not known without a connection.
    if (!area && socket.status === "offline") start?.then((view) => view.count(0));
    withoutNetwork?.(area, socket);
    if (area?.refusal) show({ bad: area.name });
  });
}

function news({ event, data }) {
  if (event === "count") start?.then((view) => view.count(data.live));
  if (event === "current") area?.backInTouch();
  if (data.code === "signedOut") boxes.signedOut(true);
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
  if (!written) blank();
  page.dataset.view = name ? "area" : "landing";
  if (name) {
    area = new Area(name, { socket, memory, lifetime, changed: redraw, told: tell });
    if (!written) document.title = say("titleEmpty", { area: name });
    memory.visited(name);
  } else {
    area = null;
    document.title = say("product");
    land(bad);
  }
  socket.follow(area ?? nobody);
  redraw();
}

function route() {
  show(placeOf(location));
  const code = codeOf(location.hash);
  if (!code || !area) return;
  // A reload is not to ask again, and nobody is to copy it with the address.
  history.replaceState(history.state, "", location.pathname + location.search);
  boxes.claim(area, code);
}

/** This browser has become somebody's other device, or another person: all its tabs follow anew. Who says `quietly` tells of it. */
function turn(quietly) {
  memory.turn();
  area?.turned(quietly);
}

addEventListener("hashchange", route);
addEventListener("popstate", route);
addEventListener("storage", ({ key, oldValue, newValue }) => {
  if (memory.turned(key)) area?.turned();
  else if (area && memory.nameChanged(area.name, key, oldValue, newValue)) area.otherTab();
});
memory.tidy();
toAdd();
route();
