// The server under test: the real program, on a free port, with a store of its own.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Running } from "./processes.js";
import { until } from "./wait.js";

const PROGRAM = fileURLToPath(new URL("../../target/debug/where-to-eat", import.meta.url));

export class Server {
  port = 0;
  #folder = mkdtempSync(join(tmpdir(), "where-to-eat-browser-"));
  #settings;
  #running = null;

  /** `settings` are environment variables, beside those that every test needs. */
  constructor(settings = {}) {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing. Build it first: cargo build`);
    this.#settings = settings;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it; after an end, again on the same port and the same file. */
  async start() {
    // Between an end and a new start somebody else may have got the port for a moment.
    await until("the server starts", () => this.#try());
    return this;
  }

  async #try() {
    const running = new Running(PROGRAM, [], {
      PATH: process.env.PATH,
      PORT: String(this.port),
      WTE__SERVER__HOST: "127.0.0.1",
      WTE__LOG__FORMAT: "json",
      WTE__STORE__PATH: join(this.#folder, "store.redb"),
      // No test asks a host outside: where a source is wanted, the test brings its own.
      WTE__VENUES__SOURCE: "none",
      WTE__MAP__TILES: "none",
      ...this.#settings,
    });
    const address = await running.until("the server listens", (printed) => /"listening","address":"[^"]*:(\d+)"/.exec(printed));
    this.port = Number(address[1]);
    this.#running = running;
    return true;
  }

  /** kill -9: it gets no moment to put anything in order. */
  kill() {
    return this.#running.end("SIGKILL");
  }

  /** As a deploy does it; answers the exit code. */
  stop() {
    return this.#running.end("SIGTERM");
  }

  /** The area as the server tells it to anyone. */
  async area(name) {
    const answer = await fetch(`${this.url}/api/areas/${encodeURIComponent(name)}`, { signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  /** Who votes for what, by the server's word: `{Ann: "Ramen"}`. */
  async votes(name) {
    const { votes, venues } = await this.area(name);
    const names = new Map(venues.map((venue) => [venue.id, venue.name]));
    return Object.fromEntries(votes.map(({ username, id }) => [username, names.get(id)]).sort());
  }

  async close() {
    if (this.#running) await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
