// Who is in the area, who of them is here now, and what one can do about one's own name.

import { byCodePoints, compared } from "../names.js";
import { say } from "../texts.js";
import { byId, h } from "./dom.js";
import { later } from "./later.js";
import { chip, personKey } from "./person.js";

/** More names than this are a number. */
const SHOWN = 60;

export function people({ tell }) {
  let area = null;
  let drawn = null;
  const slot = byId("me-slot");

  const close = () => slot.replaceChildren();
  const back = () => {
    close();
    byId("change-name").focus();
  };

  byId("change-name").onclick = () =>
    later(slot, () => [import("./naming.js")], ({ nameForm }) =>
      nameForm({
        slot,
        name: area.me.username,
        go: say("nameChange"),
        take: (name) => area.takeName(name),
        done: () => {
          back();
          tell({ text: say("renamed", area.me.username) });
        },
        cancel: back,
      }),
    );
  byId("leave").onclick = () => area.leave();

  return {
    render(now) {
      area = now;
      const { state, me } = area;
      byId("me").hidden = !me;
      if (!me) close();
      if (!state) return;
      const mine = compared(me?.username ?? "");
      const rank = ([key]) => (key === mine ? 0 : state.here.has(key) ? 1 : 2);
      const sorted = [...state.users].sort((a, b) => rank(a) - rank(b) || byCodePoints(a[0], b[0]));
      const key = sorted.map((entry) => `${rank(entry)}${personKey(entry[1])}`).join("\n\n");
      if (key === drawn) return;
      drawn = key;
      const item = (entry) => {
        const note = ["you", "", "away"][rank(entry)];
        return h("li", { class: note }, chip(entry[1], note && `(${say(note)})`));
      };
      const rest = sorted.length - SHOWN;
      byId("people-none").hidden = sorted.length > 0;
      byId("people-list").replaceChildren(
        ...sorted.slice(0, SHOWN).map(item),
        ...(rest > 0 ? [h("li", { class: "hint" }, say("peopleMore", rest))] : []),
      );
    },
    reset() {
      close();
      drawn = null;
      byId("people-list").replaceChildren();
    },
  };
}
