// Which dialogs an area has, and what opens them. Each is loaded when it is first opened.

import { addressOf } from "../router.js";
import { laterTexts, say } from "../texts.js";
import { byId } from "./dom.js";
import { inTime } from "./later.js";

/** `turn(quietly)` makes this browser follow as whom it has become. */
export function dialogs({ origin, tell, turn, memory }) {
  let area = null;
  let opening = false;
  let asked = false;

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

  /** With the words that it says. */
  const worded = async (module) => (await inTime(Promise.all([module, laterTexts()])))[0];

  byId("share").onclick = () =>
    open(
      async () => (await worded(import("./share.js"))).shareDialog({ name: area.name, origin }),
      () => say("shareFailed", { link: addressOf(area.name, origin) }),
    );

  const notLoaded = () => say("panelFailed");
  byId("hand-over").onclick = () => open(async () => (await worded(import("./hand-over.js"))).handOverDialog(area), notLoaded);

  /** Somebody's other device: `scanned` is the code that came with the address. */
  const claim = (scanned) => open(async () => (await worded(import("./claim.js"))).claimDialog({ area, scanned, memory, turned: turn }), notLoaded);
  // The form that asks for a name is told that the name is one's own, or the list of people is.
  document.addEventListener("own-name", () => claim());

  const account = () => open(async () => (await worded(import("./account.js"))).accountDialog({ area, memory, tell, turned: quietly, signedOut }), notLoaded);
  byId("account").onclick = account;
  document.addEventListener("own-account", account);

  const quietly = () => turn(true);
  /** This browser's session was ended elsewhere: the server has `told` so, or it may have while no page was open. */
  const signedOut = async (told) => (await import("./signed-out.js")).signedOut({ told, memory, tell, turn: quietly, account });

  return {
    claim(here, scanned) {
      area = here;
      claim(scanned);
    },
    signedOut,
    render(now) {
      area = now;
      // Whoever was signed in and is nobody here asks once; without an answer it is asked when the account is opened.
      if (asked || !memory.account || !area.settled || area.me) return;
      asked = true;
      signedOut().catch(() => {});
    },
  };
}
