// A stand-in for the hosts that a map needs: Leaflet's files, as its package has them, and tiles that look a little like a town.

import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

import { Loopback } from "./loopback.js";

const DIST = new URL("../../node_modules/leaflet/dist/", import.meta.url);
const TYPES = { "leaflet.js": "text/javascript", "leaflet.css": "text/css" };
const SIDE = 256;
/** Paper, street, park, water. */
const COLOURS = [[242, 239, 233], [255, 255, 255], [200, 224, 190], [170, 211, 223]];

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A tile of streets and blocks; the same one for the same place. */
function tile(x, y) {
  const rows = Buffer.alloc(SIDE * (SIDE + 1));
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const block = (Math.floor(column / 64) + x * 4) * 31 + (Math.floor(row / 64) + y * 4) * 17;
      const street = column % 64 < 7 || row % 64 < 7;
      rows[row * (SIDE + 1) + column + 1] = street ? 1 : block % 11 === 0 ? 2 : block % 23 === 0 ? 3 : 0;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(SIDE, 0);
  head.writeUInt32BE(SIDE, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const parts = [chunk("IHDR", head), chunk("PLTE", Buffer.from(COLOURS.flat())), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...parts]);
}

export class MapHost extends Loopback {
  /** What it was asked for, in order: `{path, referer}`. */
  asked = [];
  /** Whether it answers so: false is 404. */
  leaflet = true;
  tiles = true;

  /** The server's settings for a map from here. */
  get settings() {
    return {
      WTE__MAP__SCRIPT: `${this.url}/leaflet.js`,
      WTE__MAP__STYLE: `${this.url}/leaflet.css`,
      WTE__MAP__TILES: `${this.url}/tiles/{z}/{x}/{y}.png`,
    };
  }

  answer({ url, headers }, response) {
    this.asked.push({ path: url, referer: headers.referer });
    const file = url.slice(1);
    const place = /^\/tiles\/\d+\/(\d+)\/(\d+)\.png$/.exec(url);
    if (this.leaflet && TYPES[file]) {
      response.writeHead(200, { "content-type": TYPES[file], "access-control-allow-origin": "*" });
      response.end(readFileSync(new URL(file, DIST)));
    } else if (this.tiles && place) {
      response.writeHead(200, { "content-type": "image/png" });
      response.end(tile(Number(place[1]), Number(place[2])));
    } else {
      response.writeHead(404, { "access-control-allow-origin": "*" }).end();
    }
  }
}
