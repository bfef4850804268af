// What a test begins with: a server, people at browsers, and between or behind them what the test wants to break. At the end all
// of it goes, and a browser that complained fails the test.

import assert from "node:assert/strict";

import { Cable } from "./cable.js";
import { DEVICES, browser } from "./chromium.js";
import { Guest } from "./guest.js";
import { MapHost } from "./maphost.js";
import { Person } from "./person.js";
import { Photon } from "./photon.js";
import { Redis } from "./redis.js";
import { Server } from "./server.js";

export class Scene {
  server;
  /** Present where the test asked for them. */
  redis;
  cable;
  photon;
  maphost;
  people = [];
  #parts = [];

  /**
   * `t` is the test. `settings` are the server's environment variables; `redis: true` puts a Redis behind it, `cable: true` a cable
   * in front of it, `places` a Photon that knows these, `map: true` a host of Leaflet and tiles.
   */
  static async open(t, { settings = {}, redis, cable, places, map } = {}) {
    const scene = new Scene();
    t?.after(() => scene.close());
    const begin = (part) => {
      scene.#parts.unshift(part);
      return part.start();
    };
    const found = {};
    if (redis) {
      scene.redis = await begin(new Redis());
      Object.assign(found, { REDIS_URL: scene.redis.url, SESSION_SECRET: "a secret for the browser tests alone" });
    }
    if (places) {
      scene.photon = await begin(new Photon(places));
      Object.assign(found, { WTE__VENUES__SOURCE: "openstreetmap", WTE__VENUES__PHOTON_URL: scene.photon.url });
    }
    if (map) {
      scene.maphost = await begin(new MapHost());
      Object.assign(found, scene.maphost.settings);
    }
    scene.server = await begin(new Server({ ...found, ...settings }));
    if (cable) scene.cable = await begin(new Cable(() => scene.server.port));
    return scene;
  }

  /** Somebody with a browser of their own; `more` goes to its context. */
  async person(device = "laptop", more = {}) {
    const context = await (await browser()).newContext({ ...DEVICES[device], ...more });
    return this.meet(context, Boolean(DEVICES[device].hasTouch));
  }

  /** The person whose browser this is. */
  async meet(context, touch = false) {
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        console.error(`Against the content security policy: ${violatedDirective} ${blockedURI}`);
      });
    });
    return this.#sit(context, touch);
  }

  /** The same person in another tab of the same browser. */
  secondTab({ context, touch }) {
    return this.#sit(context, touch);
  }

  async #sit(context, touch) {
    const person = new Person(context, await context.newPage(), { base: (this.cable ?? this.server).url, touch });
    this.people.push(person);
    return person;
  }

  /** Somebody without a browser. */
  guest(area) {
    return new Guest(this.server.url, area);
  }

  /** Two people in one area, as most tests want them: on a phone and on a laptop. */
  async two(area = "lunch") {
    const [ann, bob] = [await this.person("phone"), await this.person("laptop")];
    await Promise.all([ann.enter(area), bob.enter(area)]);
    return [ann, bob];
  }

  async close() {
    // People first, so that nobody complains of what goes after them.
    const complaints = this.people.flatMap((person) => person.unexpected);
    for (const context of new Set(this.people.splice(0).map((person) => person.context))) await context.close();
    for (const part of this.#parts.splice(0)) await part.close();
    assert.deepEqual(complaints, [], "a browser complained");
  }
}
