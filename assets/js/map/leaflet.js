// Fetches Leaflet, which draws the map, from where the settings say: as a classic script and a style sheet, since `import()` takes no
// integrity. Nobody is asked for anything before the map is opened.

/** A network that says nothing for so long is taken for one that will not. */
const LIMIT_MS = 15_000;

let loading = null;

/** Leaflet's own object; rejects where it cannot be had, or is not what it should be, and may be asked again then. */
export function leaflet({ script, style }) {
  loading ??= Promise.all([fetched("script", script), fetched("link", style)]).then(
    // What it leaves in the page's global names is nobody else's business.
    () => globalThis.L.noConflict(),
  );
  loading.catch(() => (loading = null));
  return loading;
}

function fetched(tag, { address, integrity }) {
  const el = document.createElement(tag);
  Object.assign(el, { integrity, crossOrigin: "anonymous", referrerPolicy: "no-referrer" });
  if (tag === "link") Object.assign(el, { rel: "stylesheet", href: address });
  else el.src = address;
  return new Promise((done, failed) => {
    const fail = () => {
      el.remove();
      failed(new Error(`${address} cannot be had`));
    };
    const late = setTimeout(fail, LIMIT_MS);
    el.onload = () => (clearTimeout(late), done());
    el.onerror = () => (clearTimeout(late), fail());
    document.head.append(el);
  });
}
