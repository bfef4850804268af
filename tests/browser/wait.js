// Waiting for what has to become so. Nothing here measures how long it took: a slow machine is not a failure.

import { inspect } from "node:util";

/** Generous: many times what a quiet machine needs for the slowest of our waits, the discovery of a dead connection. */
export const PATIENCE_MS = 30_000;
const PAUSE_MS = 40;

/** The first truthy answer of `probe`, which may throw in the meantime; an error that names the claim if there is none. */
export async function until(claim, probe, patience = PATIENCE_MS) {
  const deadline = Date.now() + patience;
  for (;;) {
    let seen;
    try {
      seen = await probe();
      if (seen) return seen;
    } catch (error) {
      seen = error;
    }
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${claim}. Last seen: ${inspect(seen, { depth: 5 })}`);
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}

/** Waits until `look` answers what is `wanted`; an error that shows both if it never does. */
export async function become(claim, look, wanted) {
  const same = (a, b) => inspect(a, { depth: 9 }) === inspect(b, { depth: 9 });
  let seen;
  try {
    await until(claim, async () => same((seen = await look()), wanted));
  } catch {
    throw new Error(`Waited in vain: ${claim}.\nWanted: ${inspect(wanted, { depth: 9 })}\nSeen:   ${inspect(seen, { depth: 9 })}`);
  }
}

/** What `promise` gives, or an error after a while: nothing outside may hold up the tests for ever. */
export function inTime(claim, promise, patience = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, failed) => {
    timer = setTimeout(() => failed(new Error(`Waited in vain: ${claim}.`)), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
