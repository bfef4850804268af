import assert from "node:assert/strict";
import { test } from "node:test";

import { finder, parts } from "../../assets/js/talk/words.js";

const links = (text) => parts(text).filter((part) => part.href).map((part) => [part.text, part.href]);
const mentions = (text, ...names) => parts(text, finder(names.map((name) => ({ id: `id of ${name}`, name })))).filter((part) => part.id).map((part) => [part.text, part.id]);
const whole = (text, ...more) => parts(text, ...more).map((part) => part.text).join("");

test("an address becomes a link, and the sentence around it does not", () => {
  for (const [text, shown] of [
    ["see https://example.org/menu", "https://example.org/menu"],
    ["(https://example.org/menu).", "https://example.org/menu"],
    ["https://en.wikipedia.org/wiki/Ramen_(soup), good", "https://en.wikipedia.org/wiki/Ramen_(soup)"],
    ["HTTP://EXAMPLE.ORG!", "HTTP://EXAMPLE.ORG"],
    ["“https://example.org/a?b=c&d=e#f”", "https://example.org/a?b=c&d=e#f"],
    ["菜单：https://example.org/菜单。", "https://example.org/菜单"],
    ["a\nhttps://example.org\nb", "https://example.org"],
  ]) {
    assert.deepEqual(links(text).map(([first]) => first), [shown], text);
    assert.equal(whole(text), text);
  }
});

test("nothing but http and https becomes a link, and nothing that hides where it leads", () => {
  for (const text of [
    "javascript:alert(1)", "JaVaScRiPt://example.org/%0aalert(1)", "data:text/html,<b>", "file:///etc/passwd", "//example.org", "example.org",
    "https://", "http://[", "https://bank.example@evil.example/", "https://a:b@evil.example", "vbscript:x", "mailto:a@example.org",
  ]) {
    assert.deepEqual(links(text), [], text);
    assert.equal(whole(text), text);
  }
});

test("several links in a text are each their own", () => {
  assert.deepEqual(links("https://a.example and https://b.example.").map(([, href]) => href), ["https://a.example/", "https://b.example/"]);
});

test("a place is found in whatever case, as a whole word, the longest name first", () => {
  assert.deepEqual(mentions("ramen ya or RAMEN?", "Ramen", "Ramen Ya"), [["ramen ya", "id of Ramen Ya"], ["RAMEN", "id of Ramen"]]);
  assert.deepEqual(mentions("Ramenladen, Superramen, ramen2", "Ramen"), []);
  assert.deepEqual(mentions("Bob's  truck!", "Bob’s Truck"), [["Bob's  truck", "id of Bob’s Truck"]]);
  assert.deepEqual(mentions("Café Zoë", "Zoë"), [["Zoë", "id of Zoë"]]);
});

test("where words have no spaces between them a place is found in their midst", () => {
  assert.deepEqual(mentions("今天去海底捞吧", "海底捞"), [["海底捞", "id of 海底捞"]]);
});

test("a name is a text and no pattern, and one of one letter is no name to look for", () => {
  assert.deepEqual(mentions("a.c abc (x|y)* $", "a.c", "(x|y)*", "$"), [["a.c", "id of a.c"], ["(x|y)*", "id of (x|y)*"]]);
  assert.deepEqual(mentions("C", "C"), []);
  assert.deepEqual(mentions("anything at all"), []);
});

test("a place within an address leaves the link whole", () => {
  const found = parts("Ramen: https://ramen.example/Ramen", finder([{ id: "r", name: "Ramen" }]));
  assert.deepEqual(found, [{ text: "Ramen", id: "r" }, { text: ": " }, { text: "https://ramen.example/Ramen", href: "https://ramen.example/Ramen" }]);
});
