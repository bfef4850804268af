// Somebody who votes without a browser, over the same HTTP calls that anyone may use: company for the person who is watched.

export class Guest {
  #url;
  #area;
  #cookie = "";

  constructor(url, area) {
    this.#url = url;
    this.#area = area;
  }

  async #call(method, path, body, signal = AbortSignal.timeout(10_000)) {
    const headers = { origin: this.#url, cookie: this.#cookie, "content-type": "application/json" };
    const answer = await fetch(this.#url + path, { method, headers, body: body && JSON.stringify(body), signal });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  async #act(method, what, body) {
    if (!this.#cookie) {
      const answer = await this.#call("POST", "/api/session");
      this.#cookie = answer.headers.get("set-cookie").split(";")[0];
    }
    return this.#call(method, `/api/areas/${encodeURIComponent(this.#area)}/${what}`, body);
  }

  async take(username, img) {
    await this.#act("PUT", "me", { username, img });
    return this;
  }

  /** Follows the area, and so is here, until the server ends. */
  async stay() {
    const { body } = await this.#call("GET", `/api/areas/${encodeURIComponent(this.#area)}/events`, undefined, null);
    body.pipeTo(new WritableStream()).catch(() => "the server has ended");
    return this;
  }

  /** `place` is a name, for a write-in, or all that is known of a place. */
  vote(place) {
    return this.#act("PUT", "vote", { fs: typeof place === "string" ? { name: place } : place });
  }

  withdraw() {
    return this.#act("DELETE", "vote");
  }

  /** In a room of that id. */
  async say(text, room = "general") {
    await this.#act("POST", `rooms/${room}/chat`, { text });
    return this;
  }

  /** Opens a room, `{name}` or `{with}`, or finds it; answers its id. */
  async room(which) {
    const { id } = await (await this.#act("POST", "rooms", which)).json();
    return id;
  }

  /** Signs out. */
  leave() {
    return this.#act("DELETE", "me");
  }
}
