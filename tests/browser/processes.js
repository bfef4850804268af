// Processes that a test starts, and their ends. What is still there when the tests are over is killed, and nothing else.

import { spawn } from "node:child_process";
import { createServer } from "node:net";

import { inTime } from "./wait.js";

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
// Interrupted tests, too, leave nothing behind: the listener above runs on the way out.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** A program, until it ends or is ended. */
export class Running {
  /** All that it has printed, for when something goes wrong. */
  printed = "";
  #child;
  #over;
  #lines = new Set();

  constructor(program, args, env) {
    this.#child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this.#child);
    this.#over = new Promise((done) => {
      this.#child.once("error", (error) => done(`could not be started: ${error.message}`));
      this.#child.once("exit", (code, signal) => done(signal ?? code));
    }).then((how) => {
      running.delete(this.#child);
      return how;
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        this.printed += text;
        for (const look of this.#lines) look();
      });
    }
  }

  /** What `find` makes of the text printed so far, once that is something; an error if the program ends before. */
  async until(claim, find) {
    let look;
    const found = new Promise((done) => {
      look = () => {
        const answer = find(this.printed);
        if (answer) done(answer);
      };
    });
    this.#lines.add(look);
    look();
    const ended = this.#over.then((how) => {
      throw new Error(`${claim}: it ended before (${how}). It printed:\n${this.printed}`);
    });
    ended.catch(() => {});
    try {
      return await inTime(claim, Promise.race([found, ended]));
    } finally {
      this.#lines.delete(look);
    }
  }

  /** Sends a signal. */
  signal(name) {
    this.#child.kill(name);
  }

  /** Sends a signal that ends it; how it ended: its exit code, or the signal. */
  async end(signal) {
    this.signal(signal);
    return inTime(`the end of a process by ${signal}`, this.#over);
  }
}

/** A TCP port that nobody listens on right now. */
export function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
