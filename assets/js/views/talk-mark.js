// The number of unread messages, on the button that opens the talk. What is said is loaded once there is a name.

import { say } from "../texts.js";
import { byId, setText } from "./dom.js";

/** More than this nobody counts. */
const MOST = 99;

export function talkMark() {
  function draw(n) {
    setText(byId("talk-mark"), n > MOST ? `${MOST}+` : String(n || ""));
    setText(byId("talk-unread"), n ? say("talkUnread", { n }) : "");
  }

  return {
    render(area) {
      // Without it there is no number; it is tried again with the next change.
      if (area.me) area.listen().catch(() => {});
      draw(area.talk?.unread ?? 0);
    },
    reset: () => draw(0),
  };
}
