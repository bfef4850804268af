// What people type as names: when it fits, and what becomes of it. Loaded with the forms that ask for one.

import { JOINERS, NAME_MAX, SPACE } from "./names.js";

// What a reader cannot see, or what turns the direction of the text around it.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u2800\u3164\uFFA0]/u;

/** What a person typed as a name for a group, on its way to be one: spaces become `-`. */
export const hyphened = (typed) => typed.trim().replace(SPACE, "-");

/** A user's name as the server would keep it; null if it would refuse it. */
export function userName(raw) {
  const name = raw.replace(SPACE, " ").replace(/^ | $/g, "").normalize("NFC");
  const seen = name.replace(JOINERS, "");
  const fits = [...name].length <= NAME_MAX && !HIDDEN.test(seen) && /[^\p{M} ]/u.test(seen);
  return fits ? name : null;
}
