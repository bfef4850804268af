// Which view an address asks for, and the code that a scanned one carries.

import assert from "node:assert/strict";
import { test } from "node:test";

import { codeOf, placeOf } from "../../assets/js/router.js";

test("the code of a scanned address is no area, and the path says which area it is", () => {
  assert.equal(codeOf("#code=K7QM2X9D"), "K7QM2X9D");
  assert.deepEqual(placeOf({ pathname: "/a/lunch", hash: "#code=K7QM2X9D" }), { area: "lunch" });
  assert.deepEqual(placeOf({ pathname: "/a/lunch", hash: "#code" }), { area: "code" });
});

test("what is no code leads where any other hash does", () => {
  for (const hash of ["", "#lunch", "#code=", "#code=<script>", `#code=${"K".repeat(17)}`, "#xcode=K7QM2X9D"]) assert.equal(codeOf(hash), undefined, hash);
  assert.deepEqual(placeOf({ pathname: "/a/lunch", hash: "#code=<script>" }), { bad: "code=<script>" });
});
