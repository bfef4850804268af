// Reloads a page that stays open for days: where the server has another version of it, or has not been live for long though it
// answers, and every few hours anyway. Never without a server that answers, and in a quiet moment, so that nobody sees it. Knows
// nothing of what is shown.

/** How often the server is asked which version it has. */
const LOOK_MS = 5 * 60_000;
/** The page's own age that is enough: whatever has piled up goes with it. */
const OLD_MS = 4 * 3_600_000;
/** A moment is quiet when nothing has changed for so long. */
const QUIET_MS = 60_000;
/** So long a quiet moment is waited for: then any will do. */
const WAIT_MS = 15 * 60_000;
/** Not live for so long, something is stuck here that a reload may loosen. */
const STUCK_MS = 3 * 60_000;
const ANSWER_MS = 10_000;
const TICK_MS = 15_000;

/** Which version of the page an address of its files, or a text that has one in it, belongs to. */
const versionIn = (text) => /\/assets\/([^/"]+)\//.exec(text)?.[1];

/**
 * `reload()` loads the page anew. The page tells `seen({live, seq})` with each change: whether it is up to date, and the number of
 * the last change that it shows.
 */
export function keepFresh({ reload, own = versionIn(import.meta.url) }) {
  const born = Date.now();
  let last = {};
  let changed = born;
  let liveAt = born;
  let looked = born;
  /** Since when there has been a reason to reload; 0 while there is none. */
  let wanted = 0;

  /** What the server has now; undefined where it does not answer. */
  async function served() {
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
      return answer.ok ? versionIn(await answer.text()) : undefined;
    } catch {
      return undefined;
    }
  }

  async function look() {
    looked = Date.now();
    const version = await served();
    if (version && (version !== own || looked - born > OLD_MS || looked - liveAt > STUCK_MS)) wanted ||= looked;
    // A server that is gone by now is not asked for a page.
    else wanted = 0;
    const quiet = Date.now() - Math.max(changed, born) > QUIET_MS;
    if (wanted && (quiet || Date.now() - wanted > WAIT_MS)) reload();
  }

  setInterval(() => {
    const now = Date.now();
    if (last.live) liveAt = now;
    if (now - looked > (wanted ? TICK_MS : LOOK_MS) || now - liveAt > STUCK_MS) look();
  }, TICK_MS);

  return {
    seen({ live, seq }) {
      if (seq !== last.seq) changed = Date.now();
      // Back from a gap: the server may be another by now.
      if (live && last.live === false && last.seq !== undefined) looked = 0;
      last = { live, seq };
    },
  };
}
