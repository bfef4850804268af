// The service worker: has the page of one version at hand, for when there is no network. What it shows then is for the page itself to
// say (js/offline.js). It keeps pages and answers of nobody: only the landing page, as a frame that the scripts fill for any address,
// and the files of VERSION. src/web/installed.rs puts VERSION and FILES before this text and serves it as /sw.js.

const FRAME = `wte-frame-${VERSION}`;
const ASSETS = `/assets/${VERSION}/`;
/** So long the network has for a page; who waits in a lift gets what was last known, and what is new as soon as it can be had. */
const NETWORK_MS = 4_000;

addEventListener("install", (event) => {
  // Nothing is shown by this worker that an older page could not live with, so nobody has to wait until the last tab is closed.
  skipWaiting();
  event.waitUntil(gather());
});

addEventListener("activate", (event) => event.waitUntil(begin()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  // A wall that reloads itself is a wall: the frame would be a page for hands, and stay it.
  if (searchParams.has("wall")) return;
  if (request.mode === "navigate" && /^\/(a\/[^/]+)?$/.test(pathname)) event.respondWith(page(event));
  else if (pathname.startsWith(ASSETS)) event.respondWith(asset(request));
});

/** All or nothing. While servers of two versions are about, a file may come from the other: then it is tried again some other time. */
async function gather() {
  const frame = await caches.open(FRAME);
  const one = async (path) => {
    const answer = await fetch(path);
    const whole = answer.ok && (answer.headers.get("cache-control") ?? "").includes("immutable");
    if (!whole) throw new Error(`${path} is not of this version`);
    await frame.put(path, answer);
  };
  await Promise.all(FILES.map((file) => one(ASSETS + file)));
  const answer = await fetch("/", { cache: "no-store" });
  if (!answer.ok || !(await answer.clone().text()).includes(ASSETS)) throw new Error("/ is not of this version");
  await frame.put("/", answer);
}

/** Older pages that are still open go on with what they have; whatever else they need, the server gives them of today's. */
async function begin() {
  for (const name of await caches.keys()) if (name.startsWith("wte-frame-") && name !== FRAME) await caches.delete(name);
  await registration.navigationPreload?.enable();
  await clients.claim();
}

async function page(event) {
  const network = fetched(event);
  // A late answer is nobody's, but the browser is not to break it off with a complaint.
  event.waitUntil(network.catch(() => {}));
  const late = new Promise((done) => setTimeout(done, NETWORK_MS));
  const answer = await Promise.race([network, late]).catch(() => null);
  // A proxy says these while its server restarts.
  if (answer && ![502, 503, 504].includes(answer.status)) return answer;
  return (await caches.match("/", { cacheName: FRAME })) ?? network;
}

const fetched = async (event) => (await event.preloadResponse) ?? fetch(event.request);

const asset = async (request) => (await caches.match(request, { cacheName: FRAME })) ?? fetch(request);
