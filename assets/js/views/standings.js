// The standings: a row a place, with its votes, its voters and its button. Rows move visibly and briefly, never under a finger,
// and the focus stays where it was.

import { compared } from "../names.js";
import { outcome, standings, title } from "../standings.js";
import { clock, say, sayError } from "../texts.js";
import { arrange, bar, byId, h, icon, setBar, setText } from "./dom.js";
import { later } from "./later.js";
import { chip, personKey, shorten } from "./person.js";

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
  const slot = h("div", { class: "slot" });
  const words = h("span");
  const more = h("span", { class: "unseen" });
  const tick = icon("check");
  const button = h("button", { type: "button", class: "button vote" }, tick, words, more);
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
  let asked = null;

  function update(row, { area, all, tied }) {
    const mine = area.vote === venue.id;
    const { pending } = area.ballot;
    const wanted = Boolean(pending?.fs) && isOf(pending.fs, venue);
    const leaving = pending && !pending.fs && pending.was?.id === venue.id;
    const saved = pending?.phase === "saved";
    const busy = (wanted || leaving) && ["saving", "waiting"].includes(pending.phase);
    const own = wanted ? saved || (mine && !busy) : mine && !(leaving && saved) && !(pending?.fs && saved);
    el.classList.toggle("first", row.first);
    el.classList.toggle("mine", own);
    setText(badge, row.first ? say(tied ? "tied" : "leading") : "");
    setBar(meter, row.share);
    setText(count, say("votes", { n: row.votes }));
    button.classList.toggle("busy", busy);
    tick.classList.toggle("gone", !own || busy);
    setText(words, busy ? say(pending.phase) : say(own ? "yourVote" : "vote"));
    const ends = mine && !pending ? say("until", { time: clock(area.local(area.me.expiresAt)) }) : "";
    setText(until, ends && area.state.venues.size > 1 ? `${ends} ${say("moves")}` : ends);
    const from = area.state.venues.get(area.vote)?.name;
    setText(more, busy ? say("savingFor", { name: venue.name }) : own ? say("takeBack", { name: venue.name }) : from ? say("voteMoves", { name: venue.name, from }) : say("voteFor", { name: venue.name }));
    button.onclick = () => {
      if (busy) return;
      if (own) area.takeBack();
      else area.castVote(area.state.venues.get(venue.id));
    };
    const key = row.voters.map(personKey).join("\n\n") + area.me?.username;
    if (key !== drawn) drawVoters(row.voters, area.me?.username);
    drawn = key;
    drawSlot(area, wanted || leaving ? pending : null);
  }

  function drawVoters(list, me) {
    shorten(voters, VOTERS, list.map((user) => h("li", {}, chip(user, user.username === me ? say("you") : ""))));
  }

  /** The name asked in place, or what became of a vote that did not go through. */
  function drawSlot(area, pending) {
    const naming = area.asking?.fs?.id === venue.id;
    const key = naming ? "name" : pending && ["asks", "failed"].includes(pending.phase) ? pending.phase : "";
    if (key === (asked ?? "")) return;
    const focused = slot.contains(document.activeElement);
    asked = key;
    slot.replaceChildren();
    if (naming) askName(area, slot, say("nameGo"), () => button.focus());
    else if (key) slot.append(unsent(area, pending));
    if (focused && !naming) button.focus();
  }

  return { el, button, update };
}

/** Whether that is this place; one that was just written in has no id yet. */
const isOf = (fs, venue) => (fs.id ? fs.id === venue.id : venue.source === "write-in" && compared(fs.name) === compared(venue.name));

/** Asks for the name that the waiting act needs. */
export function askName(area, slot, go, back) {
  later(slot, () => [import("./naming.js")], ({ nameForm }) =>
    nameForm({
      slot,
      name: area.suggested.username,
      img: area.suggested.img,
      go,
      take: (name, img) => area.takeName(name, img),
      cancel: () => {
        area.cancelName();
        back();
      },
    }),
  );
}

/** A vote that waited too long asks; one that was refused says why. */
export function unsent(area, { phase, error, fs }) {
  const words = fs ? say("waitingLong", { name: fs.name }) : say("waitingLongBack");
  const yes = h("button", { type: "button", class: "button main", onclick: () => area.ballot.sendAgain() }, say("sendNow"));
  const no = h("button", { type: "button", class: "button quiet", onclick: () => area.ballot.forget() }, say(phase === "asks" ? "forget" : "close"));
  return h("div", { class: "unsent", role: "alert" }, h("p", {}, phase === "asks" ? words : sayError(error)), h("div", { class: "line" }, ...(phase === "asks" ? [yes] : []), no));
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
