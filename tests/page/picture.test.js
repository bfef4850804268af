import assert from "node:assert/strict";
import { test } from "node:test";

import { typedPicture } from "../../assets/js/views/picture.js";

test("one emoji, or an https address, is a picture, by the server's own rule", () => {
  for (const emoji of ["🍜", "👩‍🍳", "🇩🇪", "❤️", "1️⃣", " 🦊 "]) assert.equal(typedPicture(emoji), `emoji:${emoji.trim()}`);
  for (const address of ["https://example.org/a.png", "HTTPS://example.org/a.png?size=2"]) assert.equal(typedPicture(address), address);
});

test("all else is none", () => {
  const long = `https://example.org/${"a".repeat(500)}`;
  for (const odd of ["", "ab", "7", "#", "🍜🍜", "http://example.org/a.png", "javascript:alert(1)", "data:image/png;base64,AAAA", "https://", "https://example.org/a b", long]) {
    assert.equal(typedPicture(odd), null, odd);
  }
});
