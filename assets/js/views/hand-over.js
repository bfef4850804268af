// The dialog on the device that has the name: a one-time code for another device, as a QR code and to type, for as long as it is good.

import { offerCode } from "../takeover.js";
import { say, sayError } from "../texts.js";
import { dialog } from "./dialog.js";
import { h } from "./dom.js";

const TICK_MS = 1_000;

export function handOverDialog(area) {
  const part = h("div", {});
  let timer = 0;
  const closed = () => clearInterval(timer);
  const opening = dialog(
    { title: say("handOverTitle"), kind: "hand-over", sheets: ["takeover"], closed },
    h("p", {}, say("handOverHow", { name: area.me.username })),
    part,
    h("p", { class: "hint" }, say("handOverWarning")),
  );
  opening.then(fetchCode);
  return opening;

  /** What is shown next takes the focus along, which would be nowhere else. */
  function show(...content) {
    const focused = part.contains(document.activeElement);
    part.replaceChildren(...content);
    if (focused) (part.querySelector("button") ?? part.closest("dialog").querySelector("button")).focus();
  }

  async function fetchCode() {
    show(h("p", { class: "hint", role: "status" }, say("panelLoading")));
    try {
      showCode(await offerCode(area.name));
    } catch (error) {
      show(h("p", { class: "error", role: "alert" }, sayError(error)), again(say("panelAgain")));
    }
  }

  function again(words) {
    return h("button", { type: "button", class: "button main", onclick: fetchCode }, words);
  }

  function showCode({ code, qr, expiresInMs }) {
    const end = Date.now() + expiresInMs;
    const left = h("p", { class: "hint", role: "timer" });
    const tick = () => {
      const seconds = Math.ceil((end - Date.now()) / 1000);
      left.textContent = say("codeGoodFor", { n: seconds });
      if (seconds > 0 && part.isConnected) return;
      clearInterval(timer);
      show(h("p", { role: "status" }, say("codeOver")), again(say("codeNew")));
    };
    const image = h("img", { class: "code", width: 200, height: 200, alt: say("codeScan"), src: `data:image/svg+xml,${encodeURIComponent(qr)}` });
    const typed = h("div", { class: "scan-side" }, h("p", {}, say("codeType")), h("p", { class: "code-words" }, code), left);
    show(h("div", { class: "scan" }, image, typed));
    clearInterval(timer);
    timer = setInterval(tick, TICK_MS);
    tick();
  }
}
