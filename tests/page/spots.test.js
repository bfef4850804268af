import assert from "node:assert/strict";
import { test } from "node:test";

import { boundsOf, hostsOf, pinsOf, pointOf, sizeOf, spotsOf } from "../../assets/js/map/spots.js";

const venue = (id, lat, lng) => ({ id, name: id, location: lat === undefined ? undefined : { lat, lng } });
const row = (votes, ...place) => ({ venue: venue(...place), votes, voters: [] });

test("a circle's area tells its votes, and the least of them can be seen", () => {
  const area = (votes, most) => sizeOf(votes, most) ** 2;
  assert.ok(Math.abs(area(4, 8) / area(8, 8) - 0.5) < 0.05);
  assert.equal(sizeOf(1, 5000), 26);
  assert.equal(sizeOf(7, 7), sizeOf(1, 1), "the leader is as large in any crowd");
  assert.ok(sizeOf(0, 9) < sizeOf(1, 5000), "no votes are less than one");
});

test("a place without a spot on the globe has none on the map", () => {
  assert.deepEqual(pointOf(venue("a", 52.5, -13)), [52.5, -13]);
  for (const [lat, lng] of [[], [91, 0], [0, 181], [NaN, 0], ["52", undefined]]) assert.equal(pointOf({ location: { lat, lng } }), null);
  assert.equal(pointOf({}), null);
});

test("spots are in the order of the standings, with ours marked, and who has none is counted", () => {
  const { spots, missing } = spotsOf([row(3, "a", 1, 2), row(2, "truck"), row(0, "b", 3, 4)], "b");
  assert.deepEqual(spots.map(({ venue, mine, at }) => [venue.id, mine, at]), [["a", false, [1, 2]], ["b", true, [3, 4]]]);
  assert.equal(missing, 1);
  assert.deepEqual(spotsOf([], "a"), { spots: [], missing: 0 });
});

test("what the area has already is no pin", () => {
  const found = [venue("a", 1, 2), venue("b", 3, 4), venue("c")];
  assert.deepEqual(pinsOf(found, (id) => id === "a").map(({ venue }) => venue.id), ["b"]);
});

test("the bounds hold all points, and none have none", () => {
  assert.deepEqual(boundsOf([[1, 5], [3, -2], [2, 0]]), [[1, -2], [3, 5]]);
  assert.deepEqual(boundsOf([[1, 5]]), [[1, 5], [1, 5]]);
  assert.equal(boundsOf([]), null);
});

test("it is said whose servers are asked", () => {
  const script = { address: "https://cdn.example/l@1/leaflet.js" };
  assert.deepEqual(hostsOf({ tiles: "https://{s}.tiles.example/{z}/{x}/{y}.png", script }), { tiles: "tiles.example", code: "cdn.example" });
});
