// Keeps a screen that nobody touches awake, where the browser can, and its pointer out of the way. Knows nothing of what is shown.

/** A pointer that rests this long is in the way. */
const RESTS_MS = 3_000;

export function awake() {
  let pointer = 0;

  async function hold() {
    if (document.hidden) return;
    try {
      // The browser takes it away with each time that the page is hidden.
      await navigator.wakeLock?.request("screen");
    } catch {
      // Low on power, or not allowed: then the screen is the room's own matter.
    }
  }

  addEventListener("pointermove", () => {
    document.documentElement.classList.remove("resting");
    clearTimeout(pointer);
    pointer = setTimeout(() => document.documentElement.classList.add("resting"), RESTS_MS);
  });
  document.addEventListener("visibilitychange", hold);
  hold();
}
