// Who is in the area, who of them is here now, and what one can do about one's own name.

import { byCodePoints, compared } from "../names.js";
import { say } from "../texts.js";
import { byId, h, icon, setText } from "./dom.js";
import { later } from "./later.js";
import { chip, elsewhere, isElsewhere, personKey, shorten } from "./person.js";

/** So many names stand there at first. */
const SHOWN = 16;

/** `talkTo(username)` begins a private talk. */
export function people({ tell, memory, redraw, talkTo }) {
  let area = null;
  let drawn = null;
  let opener = null;
  let asks = null;
  const slot = byId("me-slot");
  elsewhere.shown = memory.pictures;

  const close = () => slot.replaceChildren();
  const back = () => {
    close();
    opener.focus();
  };

  const change = (button, picture) =>
    later(slot, () => [import("./own-name.js")], ({ changeName }) => {
      opener = button;
      changeName({ area, slot, picture, tell, back });
    });
  byId("change-name").onclick = ({ currentTarget }) => change(currentTarget, false);
  byId("change-picture").onclick = ({ currentTarget }) => change(currentTarget, true);
  byId("leave").onclick = () => import("./own-name.js").then(({ leave }) => leave(area, tell), () => tell({ text: say("panelFailed"), warn: true }));
  const claim = byId("claim");
  claim.onclick = () => claim.dispatchEvent(new Event("own-name", { bubbles: true }));

  return {
    render(now) {
      area = now;
      const { state, me } = area;
      byId("me").hidden = !me;
      setText(byId("account"), say(memory.account ? "accountOpen" : me ? "accountKeep" : "accountSignIn"));
      if (!me) close();
      if (!state) return;
      // Somebody here may be oneself, on the phone.
      claim.hidden = Boolean(me) || !state.users.size;
      const others = [...state.users.values()].filter(({ img }) => isElsewhere(img));
      if (others.length) asks ??= import("./pictures.js").then(({ pictures }) => pictures({ box: byId("pictures"), memory, redraw }));
      // Where the question cannot be loaded, the pictures are not shown: as before the answer.
      asks?.then((view) => view.render(others)).catch(() => (asks = null));
      const mine = compared(me?.username ?? "");
      const rank = ([key]) => (key === mine ? 0 : state.here.has(key) ? 1 : 2);
      const sorted = [...state.users].sort((a, b) => rank(a) - rank(b) || byCodePoints(a[0], b[0]));
      const key = sorted.map((entry) => `${rank(entry)}${personKey(entry[1])}`).join("\n\n");
      if (key === drawn) return;
      drawn = key;
      const item = (entry) => {
        const note = ["you", "", "away"][rank(entry)];
        const person = chip(entry[1], note && say(note));
        if (!me || entry[0] === mine) return h("li", { class: note }, person);
        const alone = h("button", { type: "button", class: "person", onclick: () => talkTo(entry[1].username) }, person, icon("talk"), h("span", { class: "unseen" }, say("talkTo")));
        return h("li", { class: note }, alone);
      };
      byId("people-none").hidden = sorted.length > 0;
      shorten(byId("people-list"), SHOWN, sorted.map(item));
    },
    reset() {
      close();
      claim.hidden = true;
      drawn = null;
      delete byId("people-list").dataset.whole;
      byId("people-list").replaceChildren();
    },
  };
}
