// Adding a place: the box that one types into, what the search says below it, and what becomes of what was picked. The list itself
// is suggestions.js, where it looks is where.js, loaded when it is opened.

import { say } from "../texts.js";
import { byId, h, setText } from "./dom.js";
import { suggestions } from "./suggestions.js";
import { askName, unsent } from "./vote.js";

const WHERE = { me: "whereMe", map: "whereMap", typed: "whereTyped", votes: "whereVotes", center: "whereCenter", anywhere: "whereAnywhere" };

/** A question that is refused names a place that nobody knows. */
const REFUSALS = { badMessage: "nearUnknown", rateLimited: "searchBusy", searchSlow: "searchSlow", searchOffline: "searchOffline" };

export function addView({ search, memory, rows }) {
  const field = byId("find");
  const slot = byId("add-slot");
  const where = byId("where");
  let area = null;
  let shown = "";
  let wanted = false;

  const typed = () => field.value.trim().replace(/\s+/g, " ");

  const list = suggestions({
    field,
    picked(venue) {
      field.value = "";
      search.clear();
      // A place that the area has already is voted for in its own row.
      area.castVote(area.state?.venues.get(venue.id) ?? venue);
      if (!area.asking) (rows.buttonOf(venue.id) ?? field).focus();
    },
  });

  field.oninput = () => {
    wanted = true;
    search.type(typed());
  };
  field.onkeydown = (event) => {
    // The first one has closed the list.
    if (event.key !== "Escape" || event.defaultPrevented) return;
    field.value = "";
    search.clear();
  };
  byId("add-form").onsubmit = (event) => event.preventDefault();

  where.ontoggle = async () => {
    where.ontoggle = null;
    try {
      (await import("./where.js")).whereView({ search, memory });
    } catch {
      setText(byId("near-state"), say("panelFailed"));
    }
  };

  search.listen(() => {
    const { phase, venues, credits, error } = search;
    drawPlace();
    setText(byId("find-busy"), say("searching"));
    byId("find-busy").hidden = phase !== "searching";
    // One sentence for each outcome, and none while it is being looked for: it would be read out at each letter.
    if (phase === "short") told(say("addShort"));
    else if (phase === "found") told(venues.length ? say("found", { n: venues.length }) : say("foundNone"));
    else if (phase === "failed") told(refusal(error));
    else if (phase === "idle") told("");
    byId("attribution").replaceChildren(...credits.flatMap(credit));
    if (phase === "idle" || !search.query) list.clear();
    // Closed by Escape it stays closed until the person types again.
    else if (wanted || list.isOpen()) list.show(venues, search.query, search.at);
    wanted = false;
  });

  const told = (text) => setText(byId("find-state"), text);

  function drawPlace() {
    const { kind, name } = search.place;
    setText(byId("where-words"), say(WHERE[kind], { name }));
  }

  // What was typed before all this was here.
  where.classList.remove("waits");
  if (typed()) field.oninput();

  /** Once there is a network again, what had failed without one is looked for by itself. */
  addEventListener("online", () => search.phase === "failed" && search.again());

  return {
    render(now) {
      area = search.area = now;
      drawPlace();
      const place = area.asking?.fs;
      const { pending } = area.ballot;
      const mine = (fs) => fs && !rows.buttonOf(fs.id) && area.asking?.by !== "map";
      const key = mine(place) ? "name" : mine(pending?.fs) ? pending.phase : "";
      if (key === shown) return;
      shown = key;
      const free = [document.body, field].includes(document.activeElement) || slot.contains(document.activeElement);
      slot.replaceChildren();
      if (key === "name") return askName(area, slot, say("nameGoAdd"), () => field.focus());
      if (key === "asks" || key === "failed") slot.append(unsent(area, pending));
      else if (key) slot.append(h("p", { class: "hint", tabIndex: -1 }, say(key === "waiting" ? "waitingPlace" : "savingPlace", { name: pending.fs.name })));
      // Whose focus was here goes on where the vote is: on a phone that takes the keyboard away and shows the row.
      if (free) (slot.querySelector("button, p") ?? rows.buttonOf(area.vote) ?? field).focus();
    },
    reset() {
      search.reset();
      field.value = "";
      shown = "";
      slot.replaceChildren();
    },
  };
}

const MINUTE_MS = 60_000;

/** Why a search gave nothing, and what is to be done: by the server's code, or by ours where it did not answer at all. */
export function refusal({ code, retryInMs }) {
  if (code === "venuesUnavailable" && retryInMs) return say("searchUsedUp", { n: Math.ceil(retryInMs / MINUTE_MS) });
  return say(REFUSALS[code] ?? "searchFailed");
}

/** Whom results are owed to, with a link where there is one. */
function credit({ text, url }, i) {
  const link = url ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text, h("span", { class: "unseen" }, say("opensNew"))) : text;
  return i ? [" · ", link] : [link];
}
