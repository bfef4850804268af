// The live view of the servers, without a browser: joining samples, making lines of them, axes, and how values are said.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bytes, duration, millis, said, short } from "../../assets/js/ops/format.js";
import { linear, minutes, nearest, path, ticks } from "../../assets/js/ops/scale.js";
import { CHARTS, pointsOf, pointsOfAll } from "../../assets/js/ops/series.js";
import { GONE_AFTER_MS, heard, nothing } from "../../assets/js/ops/window.js";
import { windows } from "./golden.js";

const sample = (server, at, n = at, more = {}) => ({ server, at, n, name: `${server}:1`, up: 1, cpu: n, ...more });
const updates = (at, ...samples) => ({ event: "updates", data: { at, windowMs: 10_000, samples } });
const dUpdates = (at, ...samples) => ({ event: "dUpdates", data: { at, samples } });
const after = (...messages) => messages.reduce(heard, nothing);
const told = ({ servers }) => servers.map(({ id, samples }) => `${id} ${samples.map(({ n }) => n).join(" ")}`);

test("what is new joins the window, each sample once, in the order of their times", () => {
  const known = after(updates(5_000, sample("b", 4_000, 2), sample("a", 3_000, 1)), dUpdates(6_000, sample("a", 5_500, 3), sample("a", 5_000, 2), sample("a", 5_500, 3)));
  assert.deepEqual(told(known), ["a 1 2 3", "b 2"]);
  assert.deepEqual(told(heard(known, dUpdates(6_000, sample("a", 5_000, 2)))), told(known));
});

test("the window is joined as the server joins it", () => {
  let known = nothing;
  for (const [i, { what, at, samples, known: expected }] of windows.entries()) {
    const fresh = samples.map(([server, at, n]) => sample(server, at, n));
    known = heard(known, i === 0 ? updates(at, ...fresh) : dUpdates(at, ...fresh));
    const all = known.servers.flatMap((server) => server.samples).map(({ server, at, n }) => [server, at, n]);
    all.sort(([s, t, n], [s2, t2, n2]) => t - t2 || (s < s2 ? -1 : s > s2 ? 1 : n - n2));
    assert.deepEqual(all, expected, what);
  }
});

test("updates and then what is new is what fresh updates say", () => {
  const all = Array.from({ length: 40 }, (_, i) => sample("ab"[i % 2], i * 500, i));
  const shuffled = all.toSorted((a, b) => ((a.n * 7) % 40) - ((b.n * 7) % 40));
  const within = all.filter(({ at }) => at >= 10_000);
  const steps = [0, 10, 20, 30].map((from) => dUpdates(20_000, ...shuffled.slice(from, from + 10)));
  assert.deepEqual(after(updates(20_000), ...steps), after(updates(20_000, ...within)));
});

test("what leaves the window is dropped, and with its last sample a server", () => {
  const known = after(updates(5_000, sample("a", 1_000), sample("b", 4_000)), dUpdates(12_000));
  assert.deepEqual(told(known), ["b 4000"]);
});

test("a server that missed two samples is gone, and is back with the next", () => {
  const gone = (known) => known.servers.map((server) => server.gone);
  const known = after(updates(5_000, sample("a", 5_000)));
  assert.deepEqual(gone(heard(known, dUpdates(5_000 + GONE_AFTER_MS))), [false]);
  const later = heard(known, dUpdates(5_001 + GONE_AFTER_MS));
  assert.deepEqual(gone(later), [true]);
  assert.deepEqual(gone(heard(later, dUpdates(7_500, sample("a", 7_400)))), [false]);
});

test("what is no news of samples changes nothing", () => {
  const known = after(updates(5_000, sample("a", 5_000)));
  assert.equal(heard(known, { event: "stale", data: {} }), known);
});

test("all together are summed up, a second at a time, of who was there", () => {
  const sum = CHARTS.find(({ id }) => id === "cpu").together;
  const known = after(updates(6_000, sample("a", 3_100, 1), sample("a", 4_100, 2), sample("b", 4_900, 10), sample("b", 5_900, 20)));
  const points = pointsOfAll(known, "cpu", sum).map(({ at, value }) => [at, value]);
  assert.deepEqual(points, [[4_000, 1], [5_000, 12], [6_000, 22]]);
  // By then a has been silent for too long.
  assert.deepEqual(pointsOfAll(heard(known, dUpdates(7_000)), "cpu", sum).at(-1), { at: 7_000, value: 20 });
});

test("a value that is not known is none, and does not become nought", () => {
  const known = after(updates(5_000, sample("a", 5_000, 1, { feedMs: null })));
  assert.deepEqual(pointsOf(known.servers[0], "feedMs"), [{ at: 5_000, value: null }]);
  assert.deepEqual(pointsOfAll(known, "feedMs", Math.max), [{ at: 5_000, value: null }]);
  assert.equal(said(millis, null), "–");
});

test("ticks are round, begin at nought and reach over the most", () => {
  assert.deepEqual(ticks(10), [0, 2.5, 5, 7.5, 10]);
  assert.deepEqual(ticks(4), [0, 1, 2, 3, 4]);
  assert.deepEqual(ticks(0.7), [0, 0.2, 0.4, 0.6, 0.8]);
  assert.deepEqual(ticks(48 * 2 ** 20, 2).map(bytes), ["0 B", "16 MiB", "32 MiB", "48 MiB"]);
  for (let most = 0.011; most < 1e7; most *= 1.37) {
    for (const base of [10, 2]) {
      const all = ticks(most, base);
      assert.ok(all[0] === 0 && all.at(-1) >= most * 0.998 && all.length >= 3 && all.length <= 6, `${most}: ${all}`);
      assert.ok(all.at(-2) < most, `no empty row above: ${most}: ${all}`);
    }
  }
});

test("times have their ticks at full minutes, and not more than fit", () => {
  assert.deepEqual(minutes(90_000, 250_000), [120_000, 180_000, 240_000]);
  assert.deepEqual(minutes(0, 300_000, 3), [0, 120_000, 240_000]);
});

test("a line is broken where nothing is known, and what stands alone is a dot", () => {
  const [x, y] = [linear(0, 10_000, 0, 100), linear(0, 10, 10, 0)];
  const points = (...all) => all.map(([at, value]) => ({ at, value }));
  assert.equal(path(points([0, 0], [1_000, 5], [2_000, 10]), x, y), "M0.0 10.0L10.0 5.0L20.0 0.0");
  assert.equal(path(points([0, 0], [1_000, null], [2_000, 10], [3_000, 10]), x, y), "M0.0 10.0h0M20.0 0.0L30.0 0.0");
  assert.equal(path(points([0, 0], [1_000, 0], [5_000, 10]), x, y), "M0.0 10.0L10.0 10.0M50.0 0.0h0");
  assert.equal(path([], x, y), "");
});

test("the moment that one points at is that of the nearest sample", () => {
  assert.equal(nearest([{ at: 1 }, { at: 5 }, { at: 9 }], 6).at, 5);
  assert.equal(nearest([], 6), undefined);
});

test("values are said short, with their units", () => {
  assert.deepEqual([0, 0.456, 1, 12.34, 99.96, 123.4, 1234].map(short), ["0", "0.46", "1", "12.3", "100", "123", "1234"]);
  assert.deepEqual([0, 1023, 1024, 33_000_000, 5 * 2 ** 40].map(bytes), ["0 B", "1023 B", "1 KiB", "31.5 MiB", "5 TiB"]);
  assert.deepEqual([0.4, 999, 1500].map(millis), ["0.4 ms", "999 ms", "1.5 s"]);
  assert.deepEqual([5.9, 61, 3_700, 90_000].map(duration), ["5 s", "1 min", "1 h 1 min", "1 d 1 h"]);
});
