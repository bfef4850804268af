// The standings: a row a place, with its votes, its voters and its button. Rows move visibly and briefly, never under a finger,
// and the focus stays where it was.

import { outcome, standings, title } from "../standings.js";
import { clock, say } from "../texts.js";
import { arrange, bar, byId, h, setBar, setText } from "./dom.js";
import { chip, personKey, shorten } from "./person.js";
import { ownVote } from "./vote.js";

/** No row moves while a pointer is down, nor so soon after it was lifted. */
const SETTLE_MS = 600;
const MOVE_MS = 180;
/** So many voters stand in a row at first. */
const VOTERS = 8;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function standingsView({ summary, redraw }) {
  const list = byId("rows");
  const rows = new Map();
  let held = false;
  let lifted = 0;

  list.addEventListener("pointerdown", () => {
    held = true;
    clearTimeout(lifted);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => {
      clearTimeout(lifted);
      if (held) lifted = setTimeout(() => ((held = false), redraw()), SETTLE_MS);
    });
  }

  return {
    render(area) {
      if (!area.state) return;
      byId("area").classList.remove("waiting");
      const wanted = standings(area.state);
      document.title = title(area.name, wanted);
      const words = outcome(wanted);
      setText(byId("outcome"), words);
      summary(words || say("emptyTitle"));
      byId("empty").hidden = wanted.length > 0;
      const all = wanted.reduce((sum, row) => sum + row.votes, 0);
      const tied = wanted.filter((row) => row.first).length > 1;
      const ids = new Set(wanted.map((row) => row.venue.id));
      for (const id of [...rows.keys()]) if (!ids.has(id)) rows.delete(id);
      for (const row of wanted) {
        if (!rows.has(row.venue.id)) rows.set(row.venue.id, rowOf(row.venue));
        rows.get(row.venue.id).update(row, { area, all, tied });
      }
      const order = wanted.map((row) => rows.get(row.venue.id).el);
      const moves = order.length !== list.children.length || order.some((el, i) => el !== list.children[i]);
      if (moves && !held) moved(order, () => arrange(list, order));
    },
    /** A place's button; undefined where it has no row. What becomes of its vote is shown in its row then. */
    buttonOf: (id) => rows.get(id)?.button,
    reset() {
      rows.clear();
      list.replaceChildren();
      setText(byId("outcome"), say("loading"));
      byId("area").classList.add("waiting");
      byId("empty").hidden = true;
    },
  };

  /** Lets each row slide from where it was. */
  function moved(order, change) {
    const before = new Map(order.map((el) => [el, el.isConnected ? el.getBoundingClientRect().top : null]));
    change();
    if (calm.matches) return;
    for (const el of order) {
      const from = before.get(el);
      const by = from === null ? 0 : from - el.getBoundingClientRect().top;
      if (by) el.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: MOVE_MS, easing: "ease-out" });
      else if (from === null) el.animate([{ opacity: 0 }, { opacity: 1 }], { duration: MOVE_MS });
    }
  }
}

function rowOf(venue) {
  const badge = h("span", { class: "badge" });
  const meter = bar(0);
  const count = h("span", { class: "votes" });
  const voters = h("ul", { class: "voters" });
  const until = h("p", { class: "until hint" });
  const { button, slot, update: drawVote } = ownVote();
  const el = h(
    "li",
    { class: "row" },
    h("div", { class: "row-what" }, h("h3", { dir: "auto" }, venue.name), badge),
    button,
    details(venue),
    h("div", { class: "row-tally" }, meter, count),
    voters,
    until,
    slot,
  );
  let drawn = "";

  function update(row, { area, all, tied }) {
    const own = drawVote(area, venue);
    el.classList.toggle("first", row.first);
    el.classList.toggle("mine", own);
    setText(badge, row.first ? say(tied ? "tied" : "leading") : "");
    setBar(meter, row.share);
    setText(count, say("votes", { n: row.votes }));
    const mine = area.vote === venue.id;
    const ends = mine && !area.ballot.pending ? say("until", { time: clock(area.local(area.me.expiresAt)) }) : "";
    setText(until, ends && area.state.venues.size > 1 ? `${ends} ${say("moves")}` : ends);
    const key = row.voters.map(personKey).join("\n\n") + area.me?.username;
    if (key !== drawn) drawVoters(row.voters, area.me?.username);
    drawn = key;
  }

  function drawVoters(list, me) {
    shorten(voters, VOTERS, list.map((user) => h("li", {}, chip(user, user.username === me ? say("you") : ""))));
  }

  return { el, button, update };
}

/** What is known of a place, and where it is on a map. */
function details({ name, location = {}, categories = [], url }) {
  const { lat, lng, address } = location;
  const parts = [...categories.slice(0, 2).map((category) => category.name), address].filter(Boolean);
  const away = (href, words, of) =>
    h("a", { href, target: "_blank", rel: "noopener noreferrer" }, words, h("span", { class: "unseen" }, of));
  const map = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lng}#map=18/${lat}/${lng}`;
  return h(
    "p",
    { class: "details" },
    ...parts.map((part) => h("bdi", {}, part)),
    ...(lat === undefined || lng === undefined ? [] : [away(map, say("map"), say("mapOf", { name }))]),
    ...(url ? [away(url, say("website"), say("websiteOf", { name }))] : []),
  );
}
