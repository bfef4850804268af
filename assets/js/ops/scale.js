// Axes: which values have a tick, and where in a drawing a value stands. Pure.

const STEPS = { 10: [1, 2, 2.5, 5, 10], 2: [1, 2, 4, 8, 16] };
/** A line that has no sample for so long is broken there. */
export const BREAK_MS = 2_500;

/** Round values from 0 up to what is at or above `most`, three to five of them. `base` 2 is round for bytes. */
export function ticks(most, base = 10) {
  const rough = most / 4;
  const power = base === 2 ? 16 ** Math.floor(Math.log2(rough) / 4) : 10 ** Math.floor(Math.log10(rough));
  const step = STEPS[base].find((times) => times * power >= rough * 0.999) * power;
  const count = Math.max(2, Math.ceil(most / step - 0.001));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** The full minutes from `from` to `to`, ms, at most `most` of them. */
export function minutes(from, to, most = 6) {
  const MINUTE_MS = 60_000;
  const all = [];
  for (let at = Math.ceil(from / MINUTE_MS) * MINUTE_MS; at <= to; at += MINUTE_MS) all.push(at);
  const every = Math.ceil(all.length / most);
  return all.filter((at) => (at / MINUTE_MS) % every === 0);
}

/** A function from values to places: linear. */
export const linear = (from, to, start, end) => (value) => start + ((value - from) / (to - from)) * (end - start);

/** The path of a line in an SVG; broken where a value is not known, or nothing was sampled. A lone point is a dot. */
export function path(points, x, y) {
  let [text, before, alone] = ["", null, false];
  const place = ({ at, value }) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
  for (const point of points) {
    if (point.value === null) {
      if (alone) text += "h0";
      [before, alone] = [null, false];
      continue;
    }
    const goesOn = before && point.at - before.at <= BREAK_MS;
    if (!goesOn && alone) text += "h0";
    text += `${goesOn ? "L" : "M"}${place(point)}`;
    [before, alone] = [point, !goesOn];
  }
  return alone ? `${text}h0` : text;
}

/** The point that is nearest to a time; undefined without points. */
export function nearest(points, at) {
  let best;
  for (const point of points) if (!best || Math.abs(point.at - at) < Math.abs(best.at - at)) best = point;
  return best;
}
