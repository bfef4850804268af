// Where the search looks: a town or a street that one types, or where one is, which only the button asks for. Each way in which a
// browser refuses has its sentence. Loaded when it is opened; the words above it are add.js's.

import { say } from "../texts.js";
import { rounded } from "../venues.js";
import { byId, setText } from "./dom.js";

const LOCATE_MS = 8_000;
/** Nobody has walked far in a minute. */
const KNOWN_MS = 60_000;
/** By the codes of `GeolocationPositionError`. */
const REFUSALS = { 1: "nearMeDenied", 2: "nearMeUnknown", 3: "nearMeSlow" };

export function whereView({ search, memory }) {
  const near = byId("near");
  const button = byId("near-me");
  const told = (text) => setText(byId("near-state"), text);
  let asked = 0;

  near.value = memory.near;

  function look() {
    const name = near.value.trim().replace(/\s+/g, " ");
    // An answer about where one is, under way still, would be late.
    asked += 1;
    const { place } = search;
    if (place.kind === "typed" && place.name === name) return told(say("nearSet", { name }));
    search.nearName(name);
    told(name ? say("nearSet", { name }) : "");
  }

  near.onchange = look;
  near.onkeydown = (event) => {
    if (event.key === "Enter") look();
  };
  byId("near-go").onclick = () => (near.value.trim() ? look() : near.focus());

  // Browsers tell a place over HTTPS (and on localhost) alone.
  const can = globalThis.isSecureContext && "geolocation" in navigator;
  button.hidden = !can;
  if (!can) told(say("nearMeNever"));
  button.onclick = () => {
    const mine = ++asked;
    const found = ({ coords }) => {
      if (mine !== asked) return;
      search.nearPoint("me", rounded({ lat: coords.latitude, lng: coords.longitude }));
      told(say("nearMeOn"));
    };
    const failed = ({ code }) => {
      if (mine !== asked) return;
      told(say(REFUSALS[code] ?? "nearMeUnknown"));
      near.focus();
    };
    told(say("nearMeAsking"));
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: LOCATE_MS, maximumAge: KNOWN_MS });
  };
}
