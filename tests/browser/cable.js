// A cable between the browsers and the server, which a test can cut, clog so that nothing comes back any more while the
// connection seems to stand, or make as narrow-minded as some offices' proxies, which let no WebSocket through. Browsers can only
// pretend to that for new connections.

import { connect, createServer } from "node:net";

export class Cable {
  port = 0;
  #to;
  #listener = null;
  #pairs = new Set();
  #cut = false;
  #clogged = false;
  #blocked = false;

  /** `to()` is the server's port. */
  constructor(to) {
    this.#to = to;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  start() {
    this.#listener = createServer((client) => this.#join(client));
    return new Promise((done, failed) => {
      this.#listener.once("error", failed);
      this.#listener.listen(this.port, "127.0.0.1", () => {
        this.port = this.#listener.address().port;
        done(this);
      });
    });
  }

  #join(client) {
    if (this.#cut) return client.resetAndDestroy();
    const server = connect(this.#to(), "127.0.0.1");
    const pair = { client, server, kept: [] };
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    this.#pairs.add(pair);
    client.on("data", (bytes) => {
      // A browser asks for a socket with the first bytes of a connection of its own.
      pair.socket ??= bytes.includes("GET /ws ");
      if (pair.socket && this.#blocked) return client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      server.write(bytes);
    });
    server.on("data", (bytes) => (this.#clogged ? pair.kept.push(bytes) : client.write(bytes)));
    for (const side of [client, server]) side.on("error", end).on("close", end).setNoDelay(true);
  }

  /** Every connection ends, and no new one stands. */
  cut() {
    this.#cut = true;
    for (const { client } of [...this.#pairs]) client.resetAndDestroy();
  }

  /** What browsers send arrives; what the server says does not. */
  clog() {
    this.#clogged = true;
  }

  /** WebSockets end, and no new one stands; all else works. */
  blockSockets() {
    this.#blocked = true;
    for (const { client, socket } of [...this.#pairs]) if (socket) client.resetAndDestroy();
  }

  /** All is well again, and what was kept back arrives. */
  mend() {
    this.#cut = this.#clogged = this.#blocked = false;
    for (const { client, kept } of this.#pairs) for (const bytes of kept.splice(0)) client.write(bytes);
  }

  close() {
    this.cut();
    return new Promise((done) => this.#listener.close(done));
  }
}
