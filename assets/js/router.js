// Which view an address asks for. The hash comes first: `/#lunch` works for ever, on every page.

import { areaName } from "./names.js";

function decoded(raw) {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/** `{area}`, or `{}` for the landing page, with `bad` where the hash is no area's name. */
export function placeOf({ pathname, hash }) {
  if (hash.length > 1) {
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
