// A server on this machine that stands in for somebody else's. Knows nothing of what it answers: that is `answer(request, response)`
// of who extends it.

import { createServer } from "node:http";

export class Loopback {
  port = 0;
  #server = null;

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  start() {
    this.#server = createServer((request, response) => this.answer(request, response));
    return new Promise((done) => {
      this.#server.listen(0, "127.0.0.1", () => {
        this.port = this.#server.address().port;
        done(this);
      });
    });
  }

  close() {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(done));
  }
}
