// How values and times are said, short, with their units. Pure but for the browser's time zone.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Three digits say enough: 1234, 123, 12.3, 1.23; nothing after the dot that is only zeros. */
export function short(value) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

export const whole = (value) => String(Math.round(value));
export const perCent = (value) => `${short(value)} %`;
export const perSecond = (value) => `${short(value)}/s`;
export const millis = (value) => (value >= 1000 ? `${short(value / 1000)} s` : `${short(value)} ms`);

export function bytes(value) {
  const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(value) / 10));
  return `${short(value / 1024 ** power)} ${UNITS[power]}`;
}

/** `null` is not known. */
export const said = (say, value) => (value === null ? "–" : say(value));

/** The time of day at this browser. */
export const clock = (at, seconds = true) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) });

export function duration(seconds) {
  const [minutes, hours, days] = [seconds / 60, seconds / 3600, seconds / 86_400].map(Math.floor);
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}
