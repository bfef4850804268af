// The samples of all servers as this page knows them: joined from `updates` and `dUpdates`, each once, in the order of their times,
// within the window. Pure; knows nothing of charts.

/** A server samples itself each second. One that has missed two is shown as gone, so that this is seen within three. */
export const GONE_AFTER_MS = 2_000;

/** Nothing is known yet. What is before `from` is outside of the window; a clock that goes back brings nothing back. */
export const nothing = { at: 0, windowMs: 0, from: 0, servers: [] };

/**
 * What is known after one more message. `at` is the store's time, `servers` are `{id, name, samples, last, gone}`, in the order of their
 * names: those of the same name in the order in which they began, so that a chart keeps its place.
 */
export function heard(known, { event, data }) {
  if (event === "updates") return joined({ ...nothing, windowMs: data.windowMs }, data);
  if (event === "dUpdates") return joined(known, data);
  return known;
}

function joined({ windowMs, from: before, servers }, { at, samples }) {
  const runs = new Map(servers.map(({ id, samples }) => [id, samples]));
  for (const [id, fresh] of byServer(samples)) runs.set(id, merge(runs.get(id) ?? [], fresh));
  const from = Math.max(before, at - windowMs);
  const all = [...runs].map(([id, run]) => [id, run.filter((sample) => sample.at >= from)]).filter(([, run]) => run.length > 0);
  return { at, windowMs, from, servers: all.map(([id, run]) => server(id, run, at)).sort(inOrder) };
}

function byServer(samples) {
  const runs = new Map();
  for (const sample of samples) runs.set(sample.server, [...(runs.get(sample.server) ?? []), sample]);
  return runs;
}

/** Told apart by time and number; of two that are the same the first stands. */
function merge(run, fresh) {
  const known = new Set(run.map(({ at, n }) => `${at} ${n}`));
  const added = fresh.filter(({ at, n }) => !known.has(`${at} ${n}`) && known.add(`${at} ${n}`));
  return [...run, ...added].sort((a, b) => a.at - b.at || a.n - b.n);
}

function server(id, samples, at) {
  const last = samples.at(-1);
  return { id, name: last.name, samples, last, gone: at - last.at > GONE_AFTER_MS };
}

const begun = ({ last }) => last.at - last.up * 1000;
const inOrder = (a, b) => a.name.localeCompare(b.name, "en", { numeric: true }) || begun(a) - begun(b) || (a.id < b.id ? -1 : 1);
