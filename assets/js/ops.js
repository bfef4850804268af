// Puts the live view of the servers together: what the stream tells, joined by window.js, drawn by a panel for all servers and one for
// each. Of the page where people vote it shares the looks and nothing else.

import { panel } from "./ops/panel.js";
import { CHARTS } from "./ops/series.js";
import { stream } from "./ops/stream.js";
import { heard, nothing } from "./ops/window.js";

const byId = (id) => document.getElementById(id);
const product = document.title;

let known = nothing;
/** `waiting`, `live`, `lost`, or `stale`: the server is there, and its store does not answer. */
let state = "waiting";
const panels = new Map();
let drawing = 0;

const WORDS = {
  waiting: () => "Connecting…",
  lost: () => "Connection lost, trying again. What is shown is not current.",
  stale: () => "The store does not answer. What is shown is not current.",
  live: () => (known.at === 0 ? WORDS.waiting() : counted()),
};

function counted() {
  const gone = known.servers.filter((server) => server.gone).length;
  const there = known.servers.length - gone;
  return `${there} ${there === 1 ? "server" : "servers"} running${gone > 0 ? `, ${gone} gone in the last five minutes` : ""}`;
}

function draw() {
  drawing = 0;
  byId("ops-link").dataset.state = state;
  // Only what is new is read out.
  const words = WORDS[state]();
  if (byId("ops-words").textContent !== words) byId("ops-words").textContent = words;
  document.title = state === "live" && known.at > 0 ? `${counted()} · ${product}` : product;
  if (known.at === 0) return;
  const wanted = [["all", null], ...known.servers.map((server) => [server.id, server])];
  for (const [id, one] of panels) {
    if (wanted.some(([wantedId]) => wantedId === id)) continue;
    one.el.remove();
    panels.delete(id);
  }
  const most = tops();
  for (const [id, server] of wanted) {
    if (!panels.has(id)) panels.set(id, panel(id));
    const { el, render } = panels.get(id);
    render(known, server, most);
    const place = wanted.findIndex(([wantedId]) => wantedId === id);
    if (byId("ops-panels").children[place] !== el) byId("ops-panels").insertBefore(el, byId("ops-panels").children[place] ?? null);
  }
}

/** The servers' charts of one kind have the same axis, so that one can compare them: up to the most of any. */
function tops() {
  const of = ({ id, least, lines }) => {
    const values = known.servers.flatMap(({ samples }) => samples.flatMap((sample) => lines.map(([key]) => sample[key] ?? 0)));
    return [id, values.reduce((most, value) => Math.max(most, value), least)];
  };
  return new Map(CHARTS.map(of));
}

/** Once for all that came in this turn. A hidden tab has nothing to draw for. */
function redraw() {
  if (!drawing && !document.hidden) drawing = setTimeout(draw);
}

document.addEventListener("visibilitychange", redraw);
stream("/ops/events", {
  told(message) {
    if (message.event === "stale") state = "stale";
    known = heard(known, message);
    redraw();
  },
  state(now) {
    state = now;
    redraw();
  },
});
