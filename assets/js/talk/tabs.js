// The rooms as tabs, one of them chosen; what is unread stands on them. The arrow keys move between them, and only Enter, Space or a
// tap opens one: to pass by a room is not to have read it.

import { say } from "../texts.js";
import { arrange, h, icon, setText } from "../views/dom.js";
import { GENERAL, companion } from "./rooms.js";

/** How a room is called, for a person. */
export const nameOf = (room, me) => (room.id === GENERAL ? say("talkGeneral") : (companion(room, me) ?? room.names[0]));

/** `choose(id)` opens a room; `panel` is the id of what its tab shows. */
export function roomTabs({ choose, panel }) {
  const el = h("div", { class: "talk-tabs", role: "tablist", "aria-label": say("talkRooms") });
  const tabs = new Map();

  el.onkeydown = (event) => {
    const all = [...el.children];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    all.at(to % all.length).focus();
  };

  function tabOf(id) {
    const name = h("bdi");
    const count = h("span", { class: "mark", "aria-hidden": "true" });
    const words = h("span", { class: "unseen" });
    const lock = h("span", { class: "talk-lock", hidden: true }, icon("talk"));
    const tab = h("button", { type: "button", id: `talk-tab-${id}`, class: "tab", role: "tab", "aria-controls": panel, onclick: () => choose(id) }, lock, name, count, words);
    return { tab, name, count, words, lock };
  }

  return {
    el,
    tabId: (id) => `talk-tab-${id}`,
    render(rooms, here, me) {
      for (const id of [...tabs.keys()]) if (!rooms.has(id)) tabs.delete(id);
      const focused = el.contains(document.activeElement);
      for (const [id, room] of rooms) {
        if (!tabs.has(id)) tabs.set(id, tabOf(id));
        const { tab, name, count, words, lock } = tabs.get(id);
        const chosen = id === here;
        const alone = room.names.length > 1;
        if (chosen && tab.getAttribute("aria-selected") !== "true") requestAnimationFrame(() => tab.scrollIntoView({ block: "nearest", inline: "nearest" }));
        tab.setAttribute("aria-selected", String(chosen));
        // One of them is reached by Tab, the others by the arrows.
        tab.tabIndex = chosen ? 0 : -1;
        tab.classList.toggle("over", room.over);
        lock.hidden = !alone;
        setText(name, nameOf(room, me));
        setText(count, String(room.unread || ""));
        const heard = [alone && say("talkAlone"), room.unread && say("talkUnread", { n: room.unread })].filter(Boolean).flatMap((text) => [", ", text]);
        if (words.textContent !== heard.join("")) words.replaceChildren(...heard);
      }
      arrange(el, [...rooms.keys()].map((id) => tabs.get(id).tab));
      if (focused && !el.contains(document.activeElement)) tabs.get(here)?.tab.focus();
    },
  };
}
