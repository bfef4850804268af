// What is written in a tab and not known to be there, over a reload: messages on their way, and what stands in the field. It is written
// as the page goes and taken as it comes, so that a copy of the tab has none of it and says nothing twice. Knows nothing of what it keeps.

const PREFIX = "wte.unsaid.";

/** The tab's storage, where even asking for it may throw; without one, nothing outlives a reload. */
function storage() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

function take(key) {
  try {
    const raw = storage()?.getItem(key);
    storage()?.removeItem(key);
    return JSON.parse(raw ?? "null");
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value) storage()?.setItem(key, JSON.stringify(value));
  } catch {
    // It is full, or not to be written: as above.
  }
}

/**
 * What `name` had kept, or null; from now on `now()` is what it has, null for nothing. `end()` keeps that and listens no more.
 */
export function kept(name, now) {
  const key = PREFIX + name;
  const before = take(key);
  const goes = () => write(key, now());
  // A page that comes back as it was has it all itself.
  const comes = ({ persisted }) => persisted && take(key);
  globalThis.addEventListener?.("pagehide", goes);
  globalThis.addEventListener?.("pageshow", comes);
  return {
    before,
    end() {
      globalThis.removeEventListener?.("pagehide", goes);
      globalThis.removeEventListener?.("pageshow", comes);
      goes();
    },
  };
}
