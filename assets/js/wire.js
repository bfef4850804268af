// One connection, from its opening to its end: it knows texts, not what they say. wire-events.js is another of the same form, for
// where WebSockets are blocked.

/** Opens a wire. `heard` gets `opened()`, `text(frame)` and, once, `closed()`; after `close()` nothing more. */
export function openWebSocket(heard, { WebSocket = globalThis.WebSocket, location = globalThis.location } = {}) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/ws`);
  socket.onopen = () => heard.opened();
  socket.onmessage = (message) => heard.text(message.data);
  socket.onclose = () => heard.closed();
  return {
    send: (frame) => socket.send(frame),
    close() {
      // A half-dead peer may take minutes to agree to the end; nobody waits for it.
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
}
