// One connection without a WebSocket, for networks that block it: frames to the server go as REST calls, what it tells comes as a
// stream of server-sent events. Of the form of wire.js, so nothing behind it knows the difference; loaded only where it is
// needed. The stream is read by fetch and not by EventSource, which hides why it was refused and comes back by itself.

/** The server says something every 15 s at least: a stream that is silent for so long is dead, whatever REST says. */
const SILENCE_MS = 20_000;
/** The server answers within 2 s or says that it cannot; a call without an end must not hold up those behind it. */
const CALL_MS = 8_000;

/** The REST call of each frame: method, what comes after the area's own address, body. */
const CALLS = new Map([
  ["add", ({ username, img }) => ["PUT", "/me", { username, img }]],
  ["addVote", ({ fs }) => ["PUT", "/vote", { fs }]],
  ["removeVote", () => ["DELETE", "/vote"]],
  ["leave", () => ["DELETE", "/me"]],
  ["getMe", () => ["GET", "/me"]],
  ["getVotes", () => ["GET", ""]],
  ["getUsers", () => ["GET", ""]],
  ["getRooms", () => ["GET", "/rooms"]],
  ["addRoom", (data) => ["POST", "/rooms", data]],
  ["getChat", ({ room, ...which }) => ["GET", `${chatOf(room)}?${new URLSearchParams(which)}`]],
  ["addChat", ({ room, text }) => ["POST", chatOf(room), { text }]],
]);

const chatOf = (room) => `/rooms/${encodeURIComponent(room)}/chat`;

/** Opens a wire, as `openWebSocket` does. */
export function openEvents(heard, { fetch = (...of) => globalThis.fetch(...of) } = {}) {
  let over = false;
  let area;
  let stream = null;
  let silence = 0;
  let heardAt = 0;
  let changes = Promise.resolve();

  const say = (event) => over || heard.text(JSON.stringify(event));
  const refuse = (id, code) => say({ event: "serverError", id, data: { code, message: "" } });

  function close() {
    over = true;
    clearTimeout(silence);
    stream?.abort();
  }

  function end() {
    if (over) return;
    close();
    heard.closed();
  }

  function alive() {
    heardAt = Date.now();
    clearTimeout(silence);
    silence = setTimeout(end, SILENCE_MS);
  }

  /** Tells the error in an answer; one that is not our server's, or that a new session may mend, ends the wire. */
  async function failed(id, answer) {
    const problem = await answer.json().catch(() => ({}));
    if (typeof problem.code === "string" && !["noSession", "signedOut"].includes(problem.code)) say({ event: "serverError", id, data: problem });
    else end();
  }

  /** `watch`: the stream is the answer. Its first message is the ack, and lacks only the id. */
  async function follow(id, { area: next, epoch, seq }) {
    stream?.abort();
    clearTimeout(silence);
    area = next;
    const mine = (stream = new AbortController());
    const since = epoch === undefined ? "" : `?since=${encodeURIComponent(`${epoch}-${seq}`)}`;
    let first = true;
    try {
      const answer = await fetch(next === undefined ? "/api/events" : `${addressOf(next)}/events${since}`, { signal: mine.signal });
      if (!answer.ok) return await failed(id, answer);
      alive();
      for await (const text of messages(answer.body)) {
        if (over || stream !== mine) return;
        alive();
        if (first) say({ ...JSON.parse(text), id });
        else heard.text(text);
        first = false;
      }
    } catch {
      // Lost on its way, or we have let go of it: said below.
    }
    if (stream === mine) end();
  }

  async function call(event, id, n, data) {
    const [method, path, body] = CALLS.get(event)(data);
    const beside = method === "DELETE" && n !== undefined ? `?n=${n}` : "";
    const sent = body && { body: JSON.stringify({ ...body, n }), headers: { "content-type": "application/json" } };
    try {
      const address = addressOf(event === "add" ? data.area : area) + path + beside;
      const answer = await fetch(address, { method, signal: AbortSignal.timeout(CALL_MS), ...sent });
      if (answer.ok) say({ event: "ack", id, data: await answer.json() });
      else await failed(id, answer);
    } catch {
      end();
    }
  }

  function send(frame) {
    const { event, id, n, data = {} } = JSON.parse(frame);
    if (event === "watch") follow(id, data);
    else if (!CALLS.has(event)) refuse(id, "unknownEvent");
    // A machine that slept: the page asks whether the wire lives, and REST alone must not say so.
    else if (event === "getMe" && heardAt && Date.now() - heardAt > SILENCE_MS) end();
    else if (area === undefined && event === "getMe") say({ event: "ack", id, data: {} });
    else if (area === undefined && event !== "add") refuse(id, "notWatching");
    else if (event.startsWith("get")) call(event, id, n, data);
    // As on a socket, a change waits for the one before it.
    else changes = changes.then(() => over || call(event, id, n, data));
  }

  queueMicrotask(() => over || heard.opened());
  return { send, close };
}

const addressOf = (area) => `/api/areas/${encodeURIComponent(area)}`;

/** The data of each message of a stream, as they come. */
async function* messages(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const whole = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = whole.pop();
    for (const message of whole) {
      const data = message.split("\n").filter((line) => line.startsWith("data: "));
      if (data.length) yield data.map((line) => line.slice("data: ".length)).join("\n");
    }
  }
}
