// The card of one place on the map: what is known of it, who votes for it, and the same vote button as in the standings. Stays up to
// date while it is open.

import { opened } from "../opened.js";
import { distance } from "../distance.js";
import { say } from "../texts.js";
import { h, setText } from "../views/dom.js";
import { chip, personKey, shorten } from "../views/person.js";
import { ownVote } from "../views/vote.js";

/** More voters than this are a number. */
const VOTERS = 12;

/** `closed(id, focused)`: the card is away; `focused` says that the focus was in it and needs a place. */
export function card(closed) {
  const title = h("h3", { id: "map-card-title", tabIndex: -1, dir: "auto" });
  const details = h("p", { class: "details" });
  const count = h("p", { class: "votes" });
  const voters = h("ul", { class: "voters" });
  const vote = ownVote("map");
  const shut = h("button", { type: "button", class: "button quiet map-close", "aria-label": say("close"), onclick: () => hide() }, "×");
  const head = h("div", { class: "map-card-head" }, title, shut);
  const foot = h("div", { class: "map-card-foot" }, count, vote.button);
  const el = h("div", { class: "card map-card", role: "dialog", "aria-labelledby": "map-card-title", hidden: true });
  let id = null;
  let area = null;
  let drawn = "";
  let done = () => {};

  el.onkeydown = (event) => {
    // A name that is asked within takes Escape for itself.
    if (event.key !== "Escape" || event.target.closest("form")) return;
    event.stopPropagation();
    hide();
  };

  function hide() {
    if (id === null) return;
    const [was, focused] = [id, el.contains(document.activeElement)];
    id = null;
    el.hidden = true;
    // Headings without words would be among the page's otherwise.
    el.replaceChildren();
    if (area?.asking?.by === "map") area.cancelName();
    done();
    closed(was, focused);
  }

  /** Another place, or one anew. */
  function show(next) {
    if (id === null) {
      done = opened(hide);
      el.append(head, details, voters, foot, vote.slot);
    } else if (id !== next && area?.asking?.by === "map") {
      area.cancelName();
    }
    id = next;
    drawn = "";
    el.hidden = false;
  }

  /** `place` is `{venue, votes, voters}` as it is now. */
  function draw(now, { venue, votes = 0, voters: list = [] }) {
    area = now;
    setText(title, venue.name);
    setText(count, say("votes", { n: votes }));
    vote.update(area, venue);
    const key = [venue.id, area.me?.username, ...list.map(personKey)].join("\n\n");
    if (key === drawn) return;
    drawn = key;
    const { categories = [], location = {}, distance: far } = venue;
    const known = [far === undefined ? "" : distance(far), categories[0]?.name, location.address].filter(Boolean);
    details.replaceChildren(...known.map((part) => h("bdi", {}, part)));
    shorten(voters, VOTERS, list.map((user) => h("li", {}, chip(user, user.username === area.me?.username ? say("you") : ""))));
  }

  return { el, title, show, hide, draw, get id() { return id; } };
}
