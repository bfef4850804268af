// The link's way to others: copied, by the device's own share sheet, as a QR code.

import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../english.js";
import { OFFICE } from "./chromium.js";
import { Scene } from "./scene.js";
import { become, until } from "./wait.js";

const linkOf = (scene) => `${scene.server.url}/a/lunch`;
const dialog = (person) => person.page.getByRole("dialog", { name: say("shareTitle") });
const large = (person) => person.page.getByRole("dialog", { name: "lunch" });
const isGone = (what) => become("it is closed", () => what.count(), 0);
const focused = (person) => person.page.evaluate(() => document.activeElement.textContent);

async function opened(person) {
  await person.press(person.button(say("share")));
  await dialog(person).waitFor();
  return person;
}

test("the link is copied with one tap", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone", { permissions: ["clipboard-read", "clipboard-write"] });
  await opened(await ann.enter("lunch"));
  await ann.press(ann.button(say("copyLink")));
  await ann.reads(say("shared"));
  assert.equal(await ann.page.evaluate(() => navigator.clipboard.readText()), linkOf(scene));
});

test("over plain HTTP, where browsers give no clipboard, it is copied all the same", async (t) => {
  const scene = await Scene.open(t);
  // Another of the things that browsers give to TLS alone, and say so.
  const ann = (await scene.person("laptop")).expect(/Cross-Origin-Opener-Policy header has been ignored/);
  const base = `http://${OFFICE}:${scene.server.port}`;
  await ann.page.goto(`${base}/a/lunch`);
  await ann.isLive();
  assert.equal(await ann.page.evaluate(() => isSecureContext || "clipboard" in navigator || "share" in navigator), false);
  await opened(ann);
  await ann.press(ann.button(say("copyLink")));
  await ann.reads(say("shared"));
  assert.equal(await focused(ann), say("copyLink"), "the focus stays");
  assert.equal(await ann.button(say("shareSheet")).count(), 0, "there is none");
  await ann.press(dialog(ann).getByRole("button", { name: say("close") }));
  await isGone(dialog(ann));
  await ann.page.locator("#find").focus();
  await ann.page.keyboard.press("Control+V");
  assert.equal(await ann.page.locator("#find").inputValue(), `${base}/a/lunch`);
});

test("a browser that copies nothing has the link selected", async (t) => {
  const scene = await Scene.open(t);
  const bob = await scene.person();
  await bob.page.addInitScript(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    document.execCommand = () => false;
  });
  await opened(await bob.enter("lunch"));
  await bob.press(bob.button(say("copyLink")));
  await bob.reads(say("shareByHand"));
  const selected = () => document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd);
  assert.equal(await bob.page.evaluate(selected), linkOf(scene));
});

test("the device's own share sheet gets the link; whoever closes it reads of no error", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone");
  await ann.page.addInitScript(() => {
    window.shared = [];
    navigator.share = async (what) => {
      window.shared.push(what);
      if (window.mood) throw new DOMException("", window.mood);
    };
  });
  await opened(await ann.enter("lunch"));
  const share = async (mood) => {
    await ann.page.evaluate((now) => (window.mood = now), mood);
    await ann.press(ann.button(say("shareSheet")));
  };
  await share();
  await share("NotAllowedError");
  await ann.reads(say("shareSheetFailed"));
  await share("AbortError");
  await ann.readsNoMore(say("shareSheetFailed"));
  const what = { title: say("shareSheetTitle", { area: "lunch" }), url: linkOf(scene) };
  assert.deepEqual(await ann.page.evaluate(() => window.shared), [what, what, what]);
});

test("the QR code is the server's own for this link, and black on white in the dark too", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("phone", { colorScheme: "dark" });
  await opened(await ann.enter("lunch"));
  const code = dialog(ann).getByRole("img", { name: say("codeOf", { link: linkOf(scene) }) });
  // What it leads to is read off it by the server's own tests.
  assert.equal(await code.getAttribute("src"), "/a/lunch/qr.svg");
  await until("it is drawn", () => code.evaluate((img) => img.complete && img.naturalWidth > 500));
  const size = await code.boundingBox();
  assert.ok(size.width >= 180 && Math.abs(size.width - size.height) < 1, `${size.width} by ${size.height}`);
  assert.equal(await code.evaluate((img) => getComputedStyle(img).backgroundColor), "rgb(255, 255, 255)");
});

test("without its QR code the dialog still has the link", async (t) => {
  const scene = await Scene.open(t);
  const ann = (await scene.person("phone")).expect(/net::ERR_FAILED/);
  await ann.page.route("**/qr.svg", (route) => route.abort());
  await opened(await ann.enter("lunch"));
  await ann.reads(say("codeFailed"));
  assert.equal(await ann.page.getByLabel(say("shareLink")).inputValue(), linkOf(scene));
});

test("a dialog that cannot be loaded leaves the link in a sentence", async (t) => {
  const scene = await Scene.open(t);
  const ann = (await scene.person("phone")).expect(/net::ERR_FAILED/);
  await ann.page.route("**/views/share.js", (route) => route.abort());
  await ann.enter("lunch");
  await ann.press(ann.button(say("share")));
  await ann.noticeSays(say("shareFailed", { link: linkOf(scene) }));
});

test("large, the code fills the screen, with the link in words; Back leaves it, then the dialog, then the area", async (t) => {
  const scene = await Scene.open(t);
  const ann = await scene.person("laptop");
  await ann.goto("/");
  await opened(await ann.enter("lunch"));
  await ann.press(ann.button(say("codeLarge")));
  await large(ann).waitFor();
  await ann.reads(linkOf(scene).replace("http://", ""));
  const screen = await ann.page.evaluate(() => [innerWidth, innerHeight]);
  const seen = await large(ann).boundingBox();
  assert.deepEqual([seen.width, seen.height], screen);
  const code = await large(ann).getByRole("img").boundingBox();
  assert.ok(code.height > screen[1] / 2, `the code is ${code.height} high`);
  await ann.page.goBack();
  await isGone(large(ann));
  await until("the screen is shared again", () => ann.page.evaluate(() => document.fullscreenElement === null));
  assert.equal(await dialog(ann).count(), 1);
  await ann.page.goBack();
  await isGone(dialog(ann));
  assert.equal(await focused(ann), say("share"));
  await ann.isLive();
  await ann.page.goBack();
  await ann.reads(say("landingTitle"));
});

test("with the keyboard alone: in, through it, out, and the focus is back", async (t) => {
  const scene = await Scene.open(t);
  const ann = await (await scene.person()).enter("lunch");
  const { keyboard } = ann.page;
  await ann.button(say("share")).focus();
  await keyboard.press("Enter");
  await become("the focus is on the first thing to do", () => focused(ann), say("copyLink"));
  const large = ann.button(say("codeLarge"));
  for (let stop = 0; stop < 5 && !(await large.evaluate((el) => el === document.activeElement)); stop++) await keyboard.press("Tab");
  await keyboard.press("Enter");
  await ann.page.locator(".large-code").waitFor();
  await keyboard.press("Escape");
  await isGone(ann.page.locator(".large-code"));
  await become("the focus is where it was", () => focused(ann), say("codeLarge"));
  await keyboard.press("Escape");
  await isGone(dialog(ann));
  assert.equal(await focused(ann), say("share"));
  // Escape has taken its own steps back: the next Back is the person's.
  await become("the area is all there is", () => ann.page.evaluate(() => history.state?.opened ?? 0), 0);
});

for (const [width, size] of [[320, "100%"], [360, "200%"]]) {
  test(`nothing of it sticks out on ${width} pixels with text of ${size}`, async (t) => {
    const scene = await Scene.open(t);
    const ann = await scene.person("laptop", { viewport: { width, height: 640 } });
    await ann.enter("lunch");
    await ann.page.evaluate((now) => (document.documentElement.style.fontSize = now), size);
    await opened(ann);
    const wide = () => ann.page.evaluate(() => [...document.querySelectorAll("dialog")].filter((el) => el.scrollWidth > el.clientWidth || el.offsetWidth > innerWidth).map((el) => el.className));
    assert.deepEqual(await wide(), []);
    await ann.press(ann.button(say("codeLarge")));
    await ann.page.locator(".large-code").waitFor();
    assert.deepEqual(await wide(), []);
  });
}

test("without scripts a plain link leads to the code", async (t) => {
  const scene = await Scene.open(t);
  // Where a picture is the whole page, browsers look for its icon by themselves.
  const eve = (await scene.person("phone", { javaScriptEnabled: false })).expect(/status of 404/);
  await eve.goto("/a/lunch");
  await eve.press(eve.page.getByRole("link", { name: say("codeLink") }));
  await eve.page.waitForURL("**/a/lunch/qr.svg");
});
