// The head of an area: its name, the connection in words, who is here, when it empties; and the banners under it.

import { byCodePoints } from "../names.js";
import { clock, say } from "../texts.js";
import { byId, h, setText } from "./dom.js";
import { avatar, personKey } from "./person.js";

/** So long before a vote ends the page asks whether it still holds. */
const SOON_MS = 10 * 60_000;
/** The machine may sleep through a longer wait. */
const LOOK_MS = 30_000;

/** More faces than this are a number. */
const FACES = 5;

/** How each state of the connection looks and reads: the dot's kind, the words, the banner. */
export const LINKS = {
  connecting: ["wait", "linkConnecting"],
  live: ["live", "linkLive"],
  checking: ["wait", "linkChecking"],
  reconnecting: ["wait", "linkReconnecting"],
  unavailable: ["off", "linkStale", "stale"],
  stale: ["off", "linkStale", "stale"],
  offline: ["off", "linkOffline", "offline"],
  refused: ["off", "linkRefused", "refused"],
};

/** What the page may say of its connection: "live" only while it is. */
export function linkOf({ status, stale }, area) {
  if (status !== "open") return status;
  if (stale) return "stale";
  return area.live ? "live" : "connecting";
}

/** Why what stands below is not current, and how old it is. */
function bannerOf({ asOf, state }, banner, blank) {
  if (asOf) return say(state ? "keptAsOf" : "keptOver", { time: clock(asOf) });
  if (blank && banner === "offline") return say("offlineNew");
  if (blank && banner === "stale") return say("staleNew");
  return banner ? say(banner) : "";
}

/** By their names: in the same order on every screen. */
const byFirst = ([a], [b]) => byCodePoints(a, b);

export function head() {
  let timer = 0;
  let faces = "";

  /** The names are in the list of people; these are for the eye. */
  function setFaces({ users, here }) {
    const there = [...users].filter(([key]) => here.has(key)).sort(byFirst).map(([, user]) => user);
    const key = there.map(personKey).join("\n\n");
    if (key === faces) return;
    faces = key;
    const more = there.length > FACES ? [h("span", { class: "avatar more" }, `+${there.length - FACES}`)] : [];
    byId("here-faces").replaceChildren(...there.slice(0, FACES).map(avatar), ...more);
  }

  function setBanner(text) {
    const box = byId("banner");
    box.hidden = !text;
    setText(box, text);
  }

  /** Shortly before our vote ends: does it still hold? */
  function setKeep(area) {
    clearTimeout(timer);
    const { pending } = area.ballot;
    const left = area.vote && !pending ? area.me.expiresAt - area.now() : Infinity;
    const soon = left > 0 && left < SOON_MS;
    // Drawn again when it is to come, and when it is to go.
    if (left > 0 && left < Infinity) timer = setTimeout(() => setKeep(area), Math.min(soon ? left : left - SOON_MS, LOOK_MS));
    byId("keep").hidden = !soon;
    if (!soon) return;
    setText(byId("keep-text"), say("endsSoon", { time: clock(area.local(area.me.expiresAt)) }));
    byId("keep-vote").onclick = () => area.keepVote();
  }

  return {
    render(area, socket) {
      const [kind, words, banner] = LINKS[linkOf(socket, area)];
      setText(byId("area-title"), area.name);
      byId("link-state").dataset.link = kind;
      setText(byId("link-words"), say(words));
      const { online = 0, expiresAt = 0 } = area.state ?? {};
      if (area.state) {
        setFaces(area.state);
        setText(byId("here-now"), online ? say("hereNow", { n: online }) : area.live && !area.me ? say("hereNone") : "");
        setText(byId("empties"), expiresAt ? say("empties", { time: clock(area.local(expiresAt)) }) : "");
      }
      byId("area").classList.toggle("old", Boolean(area.state) && (kind === "off" || area.asOf > 0));
      // Nothing has come yet, and nothing was written into the page: there is no "how it stood".
      const blank = !area.state && byId("area").classList.contains("waiting");
      if (blank && kind === "off") setText(byId("outcome"), "");
      setBanner(bannerOf(area, banner, blank));
      setKeep(area);
    },
    reset() {
      clearTimeout(timer);
      byId("keep").hidden = true;
      byId("here-faces").replaceChildren();
      faces = "";
      setText(byId("here-now"), "");
      setText(byId("empties"), "");
    },
  };
}
