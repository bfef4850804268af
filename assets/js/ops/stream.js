// The way to the server: its events, and whether they come. A browser comes back by itself after a broken connection, but not after an
// answer that is none; so that is done here. Knows nothing of what the events mean.

/** After an answer that is no stream (the server restarts, or one is not signed in any more). */
const AGAIN_MS = 2_000;
/** Something comes each second: after so much silence the connection is dead, whatever the browser thinks. */
const SILENCE_MS = 6_000;

/** `told({event, data})` for each event, `state(words)` with `live` or `lost`. */
export function stream(url, { told, state }) {
  let source = null;
  let watch = 0;

  function open() {
    clearTimeout(watch);
    source?.close();
    source = new EventSource(url);
    source.onmessage = ({ data }) => {
      alive();
      state("live");
      told(JSON.parse(data));
    };
    source.onerror = () => {
      state("lost");
      if (source.readyState === EventSource.CLOSED) again();
    };
    alive();
  }

  function alive() {
    clearTimeout(watch);
    watch = setTimeout(() => {
      state("lost");
      open();
    }, SILENCE_MS);
  }

  function again() {
    clearTimeout(watch);
    watch = setTimeout(open, AGAIN_MS);
  }

  open();
}
