// The dialog that hands out an area's link: to copy, by the device's own share sheet, as a QR code, and that one large for the
// screen of a meeting room.

import { copied } from "../copying.js";
import { addressOf } from "../router.js";
import { say } from "../texts.js";
import { dialog } from "./dialog.js";
import { h } from "./dom.js";

const SHEETS = ["share"];

export function shareDialog({ name, origin }) {
  const link = addressOf(name, origin);
  const told = h("p", { class: "hint", role: "status" });
  const tell = (text) => (told.textContent = text);

  const field = h("input", { id: "share-link", class: "field", readOnly: true, value: link, onfocus: () => field.select() });
  async function copy() {
    if (await copied(link)) return tell(say("shared"));
    tell(say("shareByHand"));
    field.focus();
  }
  const copyButton = h("button", { type: "button", class: "button main", autofocus: true, onclick: copy }, say("copyLink"));

  return dialog(
    { title: say("shareTitle"), kind: "share", sheets: SHEETS },
    h("p", {}, say("shareWhat")),
    h("div", {}, h("label", { htmlFor: "share-link" }, say("shareLink")), h("div", { class: "line" }, field, copyButton)),
    ...sheetButton({ title: say("shareSheetTitle", { area: name }), url: link }, tell),
    told,
    scanPart(name, link),
    h("p", {}, h("a", { href: `${addressOf(name)}?wall`, target: "_blank", rel: "noopener" }, say("shareWall"))),
  );
}

/** The device's own share sheet, where there is one: over plain HTTP there is none. */
function sheetButton(shared, tell) {
  if (!navigator.share) return [];
  const open = async () => {
    tell("");
    try {
      await navigator.share(shared);
    } catch (error) {
      // Whoever closes the sheet knows that.
      if (error.name !== "AbortError") tell(say("shareSheetFailed"));
    }
  };
  return [h("button", { type: "button", class: "button", onclick: open }, say("shareSheet"))];
}

function scanPart(name, link) {
  const failed = () => part.replaceChildren(h("p", { role: "status" }, say("codeFailed")));
  const large = h("button", { type: "button", class: "button", onclick: () => largeCode(name, link) }, say("codeLarge"));
  const part = h("div", { class: "scan" }, code(name, link, failed), h("div", { class: "scan-side" }, h("p", {}, say("codeHint")), large));
  return part;
}

const code = (name, link, onerror) =>
  h("img", { class: "code", width: 200, height: 200, alt: say("codeOf", { link }), onerror, src: `${addressOf(name)}/qr.svg` });

/** Fills the screen, the browser's own bars too where that can be had, and keeps the screen awake. */
async function largeCode(name, link) {
  const root = document.documentElement;
  // First: what fills the screen covers what was open before.
  await root.requestFullscreen?.().catch(() => {});
  const awake = await navigator.wakeLock?.request("screen").catch(() => null);
  // Escape leaves the full screen, without a word to the page.
  const left = () => document.fullscreenElement || view.close();
  const closed = () => {
    document.removeEventListener("fullscreenchange", left);
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    awake?.release();
  };
  const words = decodeURI(link).replace(/^https?:\/\//, "");
  const view = await dialog({ title: name, kind: "large-code", sheets: SHEETS, closed }, code(name, link), h("p", { class: "large-link" }, h("bdi", {}, words)));
  document.addEventListener("fullscreenchange", left);
}
