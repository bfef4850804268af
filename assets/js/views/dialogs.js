// Which dialogs an area has, and what opens them. Each is loaded when it is first opened.

import { addressOf } from "../router.js";
import { say } from "../texts.js";
import { byId } from "./dom.js";

export function dialogs({ origin, tell }) {
  let area = null;
  let opening = false;

  /** `failed` is what to read where it cannot be loaded. */
  async function open(load, failed) {
    if (opening) return;
    opening = true;
    try {
      await load();
    } catch {
      tell({ text: failed(), warn: true });
    } finally {
      opening = false;
    }
  }

  byId("share").onclick = () =>
    open(
      async () => (await import("./share.js")).shareDialog({ name: area.name, origin }),
      () => say("shareFailed", addressOf(area.name, origin)),
    );

  return {
    render(now) {
      area = now;
    },
  };
}
