// A real Redis that keeps nothing on disk: killed and started again it is empty, stopped by SIGSTOP it is there and says nothing.

import { Running, freePort } from "./processes.js";
import { until } from "./wait.js";

export class Redis {
  port = 0;
  #running = null;

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it; after a kill, again on the same port. */
  async start() {
    await until("a Redis starts", async () => {
      this.port ||= await freePort();
      const options = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
      const running = new Running("redis-server", options, { PATH: process.env.PATH });
      await running.until("Redis listens", (printed) => /Ready to accept connections/.test(printed));
      this.#running = running;
      return true;
    });
    return this;
  }

  kill() {
    return this.#running.end("SIGKILL");
  }

  freeze() {
    this.#running.signal("SIGSTOP");
  }

  thaw() {
    this.#running.signal("SIGCONT");
  }

  async close() {
    if (this.#running) await this.kill();
  }
}
