// A proxy in front of the server that can pretend to a deploy: from then on pages, and the service worker, are of another version. Its
// bytes are the same, but no browser can know that.

import { createServer, request } from "node:http";
import { connect } from "node:net";

const NEXT = "feedfacefeedface";
/** What the server takes for a version that it does not know. */
const UNKNOWN = "0000000000000000";

export class Deploy {
  #to;
  #listener;
  #sockets = new Set();
  #before = null;

  /** `to()` is the server's port. */
  constructor(to) {
    this.#to = to;
  }

  start() {
    this.#listener = createServer((asked, answer) => this.#hand(asked, answer));
    this.#listener.on("upgrade", (asked, socket) => this.#upgrade(asked, socket));
    return new Promise((done) => this.#listener.listen(0, "127.0.0.1", () => done(this)));
  }

  get url() {
    return `http://127.0.0.1:${this.#listener.address().port}`;
  }

  /** The version that pages are of. */
  async version() {
    const page = await (await fetch(this.url)).text();
    return /\/assets\/(\w+)\//.exec(page)[1];
  }

  /** From now on there is another version. */
  async deploy() {
    this.#before = await this.version();
    return NEXT;
  }

  #hand(asked, answer) {
    const before = this.#before;
    const path = before === null ? asked.url : asked.url.replace(before, UNKNOWN).replace(NEXT, before);
    const { "accept-encoding": _, ...headers } = asked.headers;
    const onward = request({ port: this.#to(), host: "127.0.0.1", method: asked.method, path, headers, agent: false }, (said) => {
      const kind = said.headers["content-type"] ?? "";
      const named = before !== null && (kind.startsWith("text/html") || path === "/sw.js" || kind.includes("manifest"));
      const { "content-length": length, ...rest } = said.headers;
      answer.writeHead(said.statusCode, named || length === undefined ? rest : said.headers);
      if (!named) return said.pipe(answer);
      let body = "";
      said.setEncoding("utf8").on("data", (text) => (body += text)).on("end", () => answer.end(body.replaceAll(before, NEXT)));
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  }

  #upgrade(asked, socket) {
    const onward = connect(this.#to(), "127.0.0.1");
    const head = asked.rawHeaders.map((text, i) => (i % 2 ? `${text}\r\n` : `${text}: `)).join("");
    onward.write(`GET ${asked.url} HTTP/1.1\r\n${head}\r\n`);
    socket.pipe(onward).pipe(socket);
    for (const side of [socket, onward]) {
      this.#sockets.add(side);
      side.on("error", () => {}).on("close", () => (socket.destroy(), onward.destroy()));
    }
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.closeAllConnections();
    return new Promise((done) => this.#listener.close(done));
  }
}
