// What is drawn: which charts there are, and the points of their lines, of one server and of all together. Pure.

import { bytes, millis, perCent, perSecond, whole } from "./format.js";

/**
 * A chart: its lines, and how their values are said. `together` makes one value of those of all servers; `whole` says how, in words.
 * `least` is what the axis shows at least, so that an idle server's noise does not fill the chart.
 */
export const CHARTS = [
  { id: "cpu", title: "Processor", unit: "% of one core", least: 10, say: perCent, base: 10, together: sum, whole: "all together", lines: [["cpu", "processor"]] },
  { id: "memory", title: "Memory", unit: "in bytes", least: 16 * 1024 * 1024, say: bytes, base: 2, together: sum, whole: "all together", lines: [["memory", "memory"]] },
  { id: "following", title: "Connections", unit: "and groups", least: 4, say: whole, base: 10, together: sum, whole: "all together, a group counted at each server", lines: [["connections", "connections"], ["areas", "groups"]] },
  { id: "events", title: "Events", unit: "a second", least: 4, say: perSecond, base: 10, together: sum, whole: "all together", lines: [["eventsIn", "in"], ["eventsOut", "out"]] },
  { id: "waits", title: "Waits", unit: "ms", least: 4, say: millis, base: 10, together: worst, whole: "the worst of all", lines: [["storeMs", "store"], ["feedMs", "feed"], ["lateMs", "queue"]] },
];

/** What the lines of `waits` are; they need more than a word. */
export const WAITS = "Store: until a sample was kept. Feed: from a change until it was heard, the slowest one. Queue: how late a task began that could run.";

function sum(values) {
  return values.reduce((all, value) => all + value, 0);
}

function worst(values) {
  return Math.max(...values);
}

/** `[{at, value}]` of one server; a value that is not known is null. */
export const pointsOf = ({ samples }, key) => samples.map((sample) => ({ at: sample.at, value: sample[key] ?? null }));

/**
 * The same of all servers, a point a second up to `at`: of each server its last sample of the two seconds before, for they do not sample
 * at the same moment.
 */
export function pointsOfAll({ at, windowMs, servers }, key, together) {
  const SECOND_MS = 1000;
  const runs = servers.map((server) => ({ points: pointsOf(server, key), next: 0, last: null }));
  const points = [];
  const first = Math.ceil((at - windowMs) / SECOND_MS) * SECOND_MS;
  for (let time = first; time <= at; time += SECOND_MS) {
    const values = [];
    let there = false;
    for (const run of runs) {
      while (run.next < run.points.length && run.points[run.next].at <= time) run.last = run.points[run.next++];
      const fresh = run.last && time - run.last.at < 2 * SECOND_MS;
      there ||= Boolean(fresh);
      if (fresh && run.last.value !== null) values.push(run.last.value);
    }
    if (there) points.push({ at: time, value: values.length > 0 ? together(values) : null });
  }
  return points;
}
