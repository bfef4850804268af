// Which dialogs an area has, and what opens them. Each is loaded when it is first opened.

import { addressOf } from "../router.js";
import { say } from "../texts.js";
import { byId } from "./dom.js";
import { inTime } from "./later.js";

/** `turn()` makes this browser follow as whom it has become. */
export function dialogs({ origin, tell, turn }) {
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
      async () => (await inTime(import("./share.js"))).shareDialog({ name: area.name, origin }),
      () => say("shareFailed", { link: addressOf(area.name, origin) }),
    );

  const notLoaded = () => say("panelFailed");
  byId("hand-over").onclick = () => open(async () => (await inTime(import("./hand-over.js"))).handOverDialog(area), notLoaded);

  /** Somebody's other device: `scanned` is the code that came with the address. */
  const claim = (scanned) => open(async () => (await inTime(import("./claim.js"))).claimDialog({ area, scanned, turned: turn }), notLoaded);
  // The form that asks for a name is told that the name is one's own, or the list of people is.
  document.addEventListener("own-name", () => claim());

  return {
    claim(here, scanned) {
      area = here;
      claim(scanned);
    },
    render(now) {
      area = now;
    },
  };
}
