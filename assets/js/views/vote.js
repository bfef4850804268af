// A place's vote button, and what becomes of a vote that is under way: the same words and states in the standings and on the map.

import { compared } from "../names.js";
import { say, sayError } from "../texts.js";
import { h, icon, setText } from "./dom.js";
import { later } from "./later.js";

/**
 * `button`, and `slot` for what belongs to it: the name asked in place, or what became of a vote that did not go through. `by` says
 * where the act begins, so that a name which it needs is asked there and nowhere else.
 */
export function ownVote(by) {
  const words = h("span");
  const more = h("span", { class: "unseen" });
  const tick = icon("check");
  const button = h("button", { type: "button", class: "button vote" }, tick, words, more);
  const slot = h("div", { class: "slot" });
  let shown = "";

  /** Draws both for that place; answers whether our vote is there. */
  function update(area, venue) {
    const mine = area.vote === venue.id;
    const { pending } = area.ballot;
    const wanted = Boolean(pending?.fs) && isOf(pending.fs, venue);
    const leaving = pending && !pending.fs && pending.was?.id === venue.id;
    const saved = pending?.phase === "saved";
    const busy = (wanted || leaving) && ["saving", "waiting"].includes(pending.phase);
    const own = wanted ? saved || (mine && !busy) : mine && !(leaving && saved) && !(pending?.fs && saved);
    button.classList.toggle("busy", busy);
    tick.classList.toggle("gone", !own || busy);
    setText(words, busy ? say(pending.phase) : say(own ? "yourVote" : "vote"));
    const from = area.state?.venues.get(area.vote)?.name;
    setText(more, busy ? say("savingFor", { name: venue.name }) : own ? say("takeBack", { name: venue.name }) : from ? say("voteMoves", { name: venue.name, from }) : say("voteFor", { name: venue.name }));
    button.onclick = ({ detail, pointerType }) => {
      // Who double-clicks everything means one vote, not a vote and its withdrawal.
      if (busy || (pointerType === "mouse" && detail === 2)) return;
      if (own) area.takeBack();
      else area.castVote(area.state?.venues.get(venue.id) ?? venue, by);
    };
    drawSlot(area, venue, wanted || leaving ? pending : null);
    return own;
  }

  function drawSlot(area, venue, pending) {
    const naming = area.asking?.fs?.id === venue.id && area.asking.by === by;
    const key = naming ? "name" : pending && ["asks", "failed"].includes(pending.phase) ? pending.phase : "";
    if (key === shown) return;
    const focused = slot.contains(document.activeElement);
    shown = key;
    slot.replaceChildren();
    if (naming) askName(area, slot, say("nameGo"), () => button.focus());
    else if (key) slot.append(unsent(area, pending));
    if (focused && !naming) button.focus();
  }

  return { button, slot, update };
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
