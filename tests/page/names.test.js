import assert from "node:assert/strict";
import { test } from "node:test";

import { madeUpName } from "../../assets/js/made-up.js";
import { areaName, byCodePoints, compared, hue, initials } from "../../assets/js/names.js";
import { hyphened, userName } from "../../assets/js/typed-names.js";
import { addressOf, placeOf } from "../../assets/js/router.js";

test("areas are lower-cased and composed, as on the server", () => {
  assert.equal(areaName("LUNCH-Berlin_7"), "lunch-berlin_7");
  assert.equal(areaName("Cafe\u0301"), "café");
  assert.equal(areaName("午饭"), "午饭");
  assert.equal(areaName("ä".repeat(64)).length, 64);
});

test("areas refuse what is no letter, mark or digit", () => {
  for (const bad of ["", "a b", "a:b", "{x}", "a}b", "a/b", "a.b", "\0", "lunch\u202E", "½", "🍜", "a%b", "\uD83C", "ä".repeat(65)]) {
    assert.equal(areaName(bad), null, bad);
  }
});

test("what a person types becomes a link", () => {
  assert.equal(areaName(hyphened("  Team  Berlin ")), "team-berlin");
});

test("names of people are trimmed and spaced once", () => {
  assert.equal(userName("  Ann \t\u2003 Lee "), "Ann Lee");
  assert.equal(userName("josh:vote"), "josh:vote");
  assert.equal(userName("👩‍🍳"), "👩‍🍳");
  assert.equal([...userName("é".repeat(32))].length, 32);
});

test("names of people refuse what cannot be seen", () => {
  for (const bad of ["", "  ", "a\u202Eb", "a\u200Bb", "\u200D", "\uFE0F", "a\0b", "\u3164", "\u0301", "a\u2066b", "\uFEFFx", "\uD83C", "é".repeat(33)]) {
    assert.equal(userName(bad), null, JSON.stringify(bad));
  }
});

test("the same name in another spelling is the same name", () => {
  assert.equal(compared("Ann"), compared("ANN"));
  assert.equal(compared("Cafe\u0301"), compared("CAFÉ"));
  assert.equal(compared("A\u200Dnn"), compared("ann"));
  assert.equal(compared("❤\uFE0F"), compared("❤"));
  assert.notEqual(compared("Ann"), compared("Anne"));
  for (const lookalike of ["Ann \u200D Lee", "\u200D Ann Lee", "Ann Lee \uFE0F"]) assert.equal(compared(lookalike), "ann lee");
});

test("texts are ordered by code points", () => {
  assert.ok(byCodePoints("\uFF21", "\u{1F35C}") < 0);
  assert.ok(byCodePoints("a", "ab") < 0);
  assert.equal(byCodePoints("a", "a"), 0);
});

test("initials are whole characters of any script", () => {
  assert.equal(initials("Ann Lee"), "AL");
  assert.equal(initials("crispy-noodle-42"), "C4");
  assert.equal(initials("דנה"), "ד");
  assert.equal(initials("👩‍🍳 Zoë"), "👩‍🍳Z");
  assert.equal(initials("-"), "-");
  assert.equal(hue("Ann"), hue("ANN"));
});

test("a made-up name is a name for a person and for a group", () => {
  for (const at of [0, 0.5, 0.999]) {
    const name = madeUpName(() => at);
    assert.equal(userName(name), name);
    assert.equal(areaName(name), name);
  }
});

test("an address says which area it is, the hash before the path", () => {
  assert.deepEqual(placeOf({ pathname: "/", hash: "" }), {});
  assert.deepEqual(placeOf({ pathname: "/", hash: "#" }), {});
  assert.deepEqual(placeOf({ pathname: "/", hash: "#Lunch" }), { area: "lunch" });
  assert.deepEqual(placeOf({ pathname: "/", hash: "#caf%C3%A9" }), { area: "café" });
  assert.deepEqual(placeOf({ pathname: "/a/lunch", hash: "" }), { area: "lunch" });
  assert.deepEqual(placeOf({ pathname: "/a/%E5%8D%88%E9%A5%AD", hash: "" }), { area: "午饭" });
  assert.deepEqual(placeOf({ pathname: "/a/lunch", hash: "#dinner" }), { area: "dinner" });
});

test("a hash that is no area leads to the landing page with what was asked", () => {
  assert.deepEqual(placeOf({ pathname: "/", hash: "#a%20b" }), { bad: "a b" });
  assert.deepEqual(placeOf({ pathname: "/", hash: "#%E0%A4%A" }), { bad: "%E0%A4%A" });
  assert.deepEqual(placeOf({ pathname: "/a/lunch", hash: "#<x>" }), { bad: "<x>" });
});

test("an address that is handed out leads back to its area", () => {
  for (const area of ["lunch", "café", "午饭", "a_b-c"]) {
    const { pathname, hash } = new URL(addressOf(area, "https://eat.example"));
    assert.deepEqual(placeOf({ pathname, hash }), { area });
  }
});
