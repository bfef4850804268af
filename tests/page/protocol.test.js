import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode, readVenues } from "../../assets/js/protocol.js";
import { fromClient, fromServer, golden } from "./golden.js";

test("every golden frame of the server is understood, and nothing of it is lost", () => {
  assert.ok(fromServer.length > 10);
  for (const line of fromServer) assert.deepEqual(decode(line), [JSON.parse(line)], line);
});

test("all golden frames of the server together are understood as one array", () => {
  assert.deepEqual(decode(`[${fromServer.join(",")}]`), fromServer.map((line) => JSON.parse(line)));
});

test("every golden frame of the client is written to the letter", () => {
  assert.ok(fromClient.length > 10);
  for (const line of fromClient) {
    const { event, ...rest } = JSON.parse(line);
    assert.equal(encode(event, rest), line);
  }
});

test("garbage is no event and throws nothing", () => {
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  for (const frame of ["", "null", "7", '"vote"', "{", "[]", "[[]]", "[null]", "{}", '{"event":7}', '{"event":"toString"}', '{"event":"__proto__"}', deep, undefined, new Uint8Array(3)]) {
    assert.deepEqual(decode(frame), [], String(frame).slice(0, 40));
  }
});

test("a change without its place in the order is none", () => {
  const vote = golden("vote");
  for (const [field, bad] of [["seq", "2"], ["seq", -1], ["seq", 2.5], ["epoch", ""], ["epoch", 7], ["at", null]]) {
    assert.deepEqual(decode(JSON.stringify({ ...vote, [field]: bad })), [], `${field}: ${bad}`);
  }
});

test("a bad field of what is needed spoils the event, and leaves the others of the frame", () => {
  const vote = golden("vote");
  const broken = { ...vote, data: { ...vote.data, fs: { id: "a", name: 7 } } };
  assert.deepEqual(decode(JSON.stringify([broken, vote])), [vote]);
});

test("one bad record of an area never hides another", () => {
  const updates = golden("updates");
  const users = [null, { username: 7 }, ...updates.data.users];
  assert.deepEqual(decode(JSON.stringify({ ...updates, data: { ...updates.data, users } })), [updates]);
});

test("only web addresses become links", () => {
  const vote = golden("vote");
  const fs = { ...vote.data.fs, url: "javascript:alert(1)", categories: [{ name: "Thai", icon: "data:image/png,a" }] };
  const [{ data }] = decode(JSON.stringify({ ...vote, data: { ...vote.data, fs } }));
  assert.equal(data.fs.url, undefined);
  assert.deepEqual(data.fs.categories, [{ name: "Thai" }]);
});

test("__proto__ in a frame reaches nothing", () => {
  const [event] = decode('{"event":"presence","data":{"here":["__proto__"],"gone":[],"__proto__":{"polluted":1}},"__proto__":{"polluted":1}}');
  assert.deepEqual(event.data, { here: ["__proto__"], gone: [] });
  assert.equal(event.polluted, undefined);
  assert.equal({}.polluted, undefined);
});

test("a search's answer is read, and what is not one is null", () => {
  const venue = { id: "osm:1", name: "Ramen", distance: 120 };
  const credit = { text: "© them", url: "https://example.org/" };
  const unsafe = { text: "x", url: "javascript:alert(1)" };
  const read = readVenues({ source: "a", attributions: [credit, {}, unsafe], venues: [venue, { id: 1 }] });
  assert.deepEqual(read, { attributions: [credit, { text: "x" }], venues: [venue] });
  assert.deepEqual(readVenues({ source: "none", attribution: null, venues: [] }), { attributions: [], venues: [] });
  for (const bad of [null, [], {}, { venues: 7 }]) assert.equal(readVenues(bad), null);
});
