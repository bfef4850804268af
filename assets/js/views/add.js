// Adding a place: one box that suggests while one types (a combobox by the ARIA pattern). The last suggestion is always the
// place as it was typed, so it works without any source of venues.

import { distance, say } from "../texts.js";
import { findVenues, metres, middle } from "../venues.js";
import { byId, h, setText } from "./dom.js";
import { askName, unsent } from "./standings.js";

/** The search starts from so many letters, after so long a pause: the sources are not ours. */
const LETTERS = 3;
const PAUSE_MS = 300;
const PLACE_TIMEOUT_MS = 8_000;
/** Why a search gave nothing, where the person can do something about it: a question that is refused names a place that nobody knows. */
const REFUSALS = { badMessage: "nearUnknown", rateLimited: "searchBusy" };

export function addView({ memory, rows }) {
  const field = byId("find");
  const list = byId("found");
  const near = byId("near");
  const slot = byId("add-slot");
  let area = null;
  let options = [];
  let active = -1;
  let timer = 0;
  let asked = new AbortController();
  let here = null;
  let shown = "";

  near.value = memory.near;
  near.onchange = () => {
    memory.near = near.value.trim();
    here = null;
    setText(byId("near-state"), "");
    search();
  };
  // Browsers tell a place over HTTPS (and on localhost) alone.
  byId("near-me").hidden = !(globalThis.isSecureContext && navigator.geolocation);
  byId("near-me").onclick = () => {
    const found = ({ coords }) => {
      here = { lat: coords.latitude, lng: coords.longitude };
      near.value = memory.near = "";
      setText(byId("near-state"), say("nearMeOn"));
      search();
    };
    const failed = () => setText(byId("near-state"), say("nearMeFailed"));
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: PLACE_TIMEOUT_MS, maximumAge: 60_000 });
  };

  const typed = () => field.value.trim().replace(/\s+/g, " ");
  const told = (text) => setText(byId("find-state"), text);

  function close() {
    clearTimeout(timer);
    asked.abort();
    options = [];
    active = -1;
    list.hidden = true;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    credit();
  }

  /** Whom the results are owed to. */
  function credit({ text, url } = {}) {
    const link = url && h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
    byId("attribution").replaceChildren(...(text ? [link || text] : []));
  }

  /** `at` is where distances count from. */
  function show(venues, at) {
    const byHand = { name: typed() };
    options = [...venues, byHand];
    active = -1;
    const item = (venue, i) => {
      const parts = venue === byHand ? [say("writeInHint")] : describe(venue, at);
      const name = venue === byHand ? say("writeIn", { name: venue.name }) : venue.name;
      return h(
        "li",
        { id: `found-${i}`, role: "option", class: "option", "aria-selected": "false", onclick: () => choose(i) },
        h("span", { class: "option-name", dir: "auto" }, name),
        h("span", { class: "details" }, ...parts.map((part) => h("bdi", {}, part))),
      );
    };
    list.replaceChildren(...options.map(item));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    field.removeAttribute("aria-activedescendant");
  }

  function point(to) {
    const count = options.length;
    active = (to + count) % count;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    field.setAttribute("aria-activedescendant", `found-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  }

  function choose(i) {
    const venue = options[i];
    close();
    told("");
    field.value = "";
    // A place that the area has already is voted for in its own row.
    area.castVote(area.state?.venues.get(venue.id) ?? venue);
    if (!area.asking) (rows.buttonOf(venue.id) ?? field).focus();
  }

  async function search() {
    clearTimeout(timer);
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const query = typed();
    if (!query) {
      close();
      return told("");
    }
    const at = here ?? (near.value.trim() ? null : middle(area.state));
    // What was found for fewer letters stays until there is better, so that nothing flickers.
    show([...query].length < LETTERS ? [] : options.slice(0, -1), at);
    if ([...query].length < LETTERS) return told(say("addShort"));
    told(say("searching"));
    await new Promise((done) => (timer = setTimeout(done, PAUSE_MS)));
    try {
      const found = await findVenues({ query, at, near: near.value.trim(), signal });
      if (signal.aborted) return;
      show(found.venues, at);
      credit(found.attribution);
      told(found.venues.length ? say("found", { n: found.venues.length }) : say("foundNone"));
    } catch (error) {
      if (!signal.aborted) told(say(REFUSALS[error.code] ?? "searchFailed"));
    }
  }

  field.oninput = search;
  field.onkeydown = (event) => {
    if (event.key === "Escape") {
      if (list.hidden) field.value = "";
      close();
      told("");
    } else if (event.key === "Enter" && options.length) {
      event.preventDefault();
      if (active >= 0) choose(active);
      else point(0);
    } else if (options.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      point(event.key === "ArrowDown" ? active + 1 : Math.max(active, 0) - 1);
    }
  };
  byId("add-form").onsubmit = (event) => event.preventDefault();

  return {
    render(now) {
      area = now;
      const place = area.asking?.fs;
      const { pending } = area.ballot;
      const mine = (fs) => fs && !rows.buttonOf(fs.id);
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
      close();
      told("");
      field.value = "";
      shown = "";
      slot.replaceChildren();
    },
  };
}

function describe({ categories = [], location = {}, distance: known }, at) {
  const far = known ?? (at && location.lat !== undefined ? metres(at, location) : undefined);
  return [categories[0]?.name, far === undefined ? "" : distance(far), location.address].filter(Boolean);
}
