// A way that somebody is to go, as it is said where this person lives. Loaded with what shows one.

import { home } from "./texts.js";

/** Whoever lives in these regions thinks in miles. */
const MILES = new Set(["US", "GB", "LR", "MM"]);
const METRES_PER_MILE = 1_609.344;
const FEET_PER_METRE = 3.28084;

/** From so many kilometres or miles on, tenths tell nothing more. */
const WHOLE_FROM = 10;

/** So many metres, as one says it to a person who is to walk them: "120 m", "1.2 km", "0.8 mi", "14 km". */
export function distance(metres) {
  const unit = (value, unit) => new Intl.NumberFormat(home(), { style: "unit", unit, maximumFractionDigits: value < WHOLE_FROM ? 1 : 0 }).format(value);
  const tens = (value) => Math.round(value / 10) * 10;
  if (!MILES.has(home().region)) return metres < 995 ? unit(tens(metres), "meter") : unit(metres / 1000, "kilometer");
  const miles = metres / METRES_PER_MILE;
  return miles < 0.1 ? unit(tens(metres * FEET_PER_METRE), "foot") : unit(miles, "mile");
}
