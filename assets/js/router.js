// Which view an address asks for. The hash comes first: `/#lunch` works for ever, on every page.

import { areaName } from "./names.js";

function decoded(raw) {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/** The one-time code in an address that another device has scanned; no area's name has a `=`. */
export const codeOf = (hash) => /^#code=(\w{1,16})$/.exec(hash)?.[1];

/** `{area}`, or `{}` for the landing page, with `bad` where the hash is no area's name. */
export function placeOf({ pathname, hash }) {
  if (hash.length > 1 && !codeOf(hash)) {
    const raw = decoded(hash.slice(1));
    const area = areaName(raw);
    return area ? { area } : { bad: raw };
  }
  const path = /^\/a\/([^/]+)\/?$/.exec(pathname);
  const area = path && areaName(decoded(path[1]));
  return area ? { area } : {};
}

/** The address that the product hands out for an area. */
export const addressOf = (area, origin = "") => `${origin}/a/${encodeURIComponent(area)}`;
