// A stand-in for Photon, which searches OpenStreetMap: the same GeoJSON, or one of the ways in which such a service fails.

import { Loopback } from "./loopback.js";

/** A place as Photon tells it. */
export function place(osm_id, name, { street = "Torstraße", city = "Berlin", kind = "restaurant", at = [13.4, 52.53] } = {}) {
  const properties = { osm_type: "N", osm_id, osm_key: "amenity", osm_value: kind, type: "house", name, street, housenumber: String(osm_id), city, countrycode: "DE" };
  return { type: "Feature", geometry: { type: "Point", coordinates: at }, properties };
}

export class Photon extends Loopback {
  /** What it was asked for, in order. */
  asked = [];
  /** How it behaves: `answers`, `fails` (500), talks `nonsense`, has had `enough` (429), or `hangs` until it is closed. */
  mood = "answers";
  #places;

  constructor(places = []) {
    super();
    this.#places = places;
  }

  answer(request, response) {
    const query = new URL(request.url, this.url).searchParams.get("q") ?? "";
    this.asked.push(query);
    if (this.mood === "hangs") return;
    if (this.mood === "enough") return response.writeHead(429, { "retry-after": "90" }).end();
    if (this.mood === "nonsense") return response.writeHead(200).end("<html>");
    const features = this.#places.filter((each) => each.properties.name.toLowerCase().includes(query.toLowerCase()));
    response.writeHead(this.mood === "fails" ? 500 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ type: "FeatureCollection", features }));
  }
}
