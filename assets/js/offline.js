// For when there is no network: has the service worker at hand, keeps how the areas last stood that this browser was in, and shows
// that where a page begins without a connection. For two hours at most: then it is gone on the server, too.

import { decode } from "./protocol.js";
import { whole } from "./state.js";

const CACHE = "wte-last";
const KEPT_MS = 7_200_000;
/** Areas move in bursts, and a large one costs some milliseconds to keep. A page that goes may be too late for what it had not kept. */
const PAUSE_MS = 2_000;
/** An area of 5,000 people has some 700 kB. One beyond this is not kept. */
const LONGEST = 2_000_000;

const addressOf = (area) => `/last/${encodeURIComponent(area)}`;

/** Whether this page is the service worker's, for an address that the server has not been asked for, or has not answered. */
function isFrame() {
  const canonical = document.querySelector("link[rel=canonical]")?.href;
  return Boolean(navigator.serviceWorker.controller) && canonical !== undefined && new URL(canonical).pathname !== location.pathname;
}

/**
 * `recent()` are the areas worth keeping, `blank()` takes what is shown off the page, `lifetime` is the server's. The answer is to be
 * called whenever something has changed.
 */
export function offline({ lifetime, recent, blank }) {
  const most = Math.min(lifetime, KEPT_MS);
  /** The last that the server said, and when: `{area, state, at}`. */
  let fresh = null;
  let kept = null;
  let looked = null;
  let timer = 0;

  navigator.serviceWorker.register("/sw.js").catch(() => {
    // Refused with the cookies, or not to be had today: then there is no page without a network, and nothing else is amiss.
  });
  for (const last of ["pagehide", "visibilitychange"]) addEventListener(last, keep);

  async function keep() {
    clearTimeout(timer);
    timer = 0;
    if (!fresh) return;
    const { area, state, at } = fresh;
    const text = JSON.stringify({ at: area.live && area.state === state ? Date.now() : at, data: whole(state) });
    kept = state;
    try {
      const cache = await caches.open(CACHE);
      if (text.length <= LONGEST) await cache.put(addressOf(area.name), new Response(text));
      const worth = new Set(recent().map(addressOf));
      for (const { url } of await cache.keys()) if (!worth.has(new URL(url).pathname)) await cache.delete(url);
    } catch {
      // Storage is full, or not to be had.
    }
  }

  async function recall(area) {
    const answer = await caches.match(addressOf(area.name), { cacheName: CACHE }).catch(() => undefined);
    const { at, data } = (await answer?.json()) ?? {};
    const [updates] = decode(JSON.stringify({ event: "updates", data }));
    if (!updates || area.state) return;
    const left = at + most - Date.now();
    if (left > 0 && left <= most) area.recall(updates.data, at);
    if (left > 0) setTimeout(over, left);
    else over();

    function over() {
      if (area.state && !area.asOf) return;
      caches.open(CACHE).then((cache) => cache.delete(addressOf(area.name)));
      area.recall(null, at);
      blank();
      // Nothing is being fetched here: the banner says what there is to say.
      document.getElementById("outcome").textContent = "";
    }
  }

  return (area, { status }) => {
    if (fresh && fresh.area !== area) {
      keep();
      fresh = null;
    }
    if (area?.live && area.state) fresh = { area, state: area.state, at: Date.now() };
    if (fresh && fresh.state !== kept) timer ||= setTimeout(keep, PAUSE_MS);
    if (!area || area.state || looked === area.name) return;
    // What the server wrote into the page is at least as new.
    const nothing = document.getElementById("area").classList.contains("waiting");
    if (!nothing || !(isFrame() || ["offline", "reconnecting"].includes(status))) return;
    looked = area.name;
    recall(area);
  };
}
