// The talk of an area: its rooms as tabs, the messages of one of them, and the field for one's own. What is known of it is talk/talk.js,
// the parts that are drawn are beside that.

import { beginRoom } from "../talk/begin.js";
import { compose } from "../talk/compose.js";
import { messageLog } from "../talk/log.js";
import { companion } from "../talk/rooms.js";
import { nameOf, roomTabs } from "../talk/tabs.js";
import { finder } from "../talk/words.js";
import { say, sayError } from "../texts.js";
import { byId, h, setText } from "./dom.js";
import { linkOf } from "./head.js";

/** So long the row of a place stands out that a message has led to. */
const FOUND_MS = 2_500;
const LOG = "talk-log";

export function panel(box, { rows }) {
  let area = null;
  let socket = null;
  let open = false;
  let places = { key: "", find: () => [] };
  let sent = 0;

  const tabs = roomTabs({ choose, panel: LOG });
  const log = messageLog({
    id: LOG,
    older: () => area.talk.older(),
    show,
    again: (item) => area.talk.outbox.again(item),
    drop: (item) => {
      area.talk.outbox.drop(item);
      field.focus();
    },
  });
  const field = compose({ send: (...message) => area.talk.say(...message) });
  const begin = beginRoom({ area: () => area, talk: () => area.talk });
  const words = h("p");
  const retry = h("button", { type: "button", class: "button quiet", onclick: () => area.talk.refresh() }, say("panelAgain"));
  const problem = h("div", { class: "talk-problem", role: "alert", hidden: true }, words, retry);
  const take = h("button", { type: "button", class: "button quiet talk-take", onclick: () => area.withName("talk", () => {}) }, say("talkTakeName"));
  const over = h("p", { class: "hint talk-over", role: "status" });

  box.append(
    h("div", { class: "talk" }, h("div", { class: "talk-head" }, tabs.el, begin.button), begin.el, problem, h("div", { class: "talk-room" }, log.el, log.latest, log.heard), take, over, field.el),
  );
  const look = () => area?.talk?.look(open && !document.hidden);
  document.addEventListener("visibilitychange", look);

  /** At once: what is typed next belongs to that room. */
  function choose(id) {
    area.talk.choose(id);
    draw();
  }

  /** Leads to a place in the standings. On a phone they come into the place of the talk, and the browser scrolls to where they were. */
  function show(id) {
    const row = rows.buttonOf(id)?.closest(".row");
    if (!row) return;
    const lead = () => {
      row.scrollIntoView({ block: "center" });
      rows.buttonOf(id).focus({ preventScroll: true });
      row.classList.add("found-row");
      setTimeout(() => row.classList.remove("found-row"), FOUND_MS);
    };
    if (byId("standings-tab").checkVisibility()) {
      addEventListener("popstate", () => requestAnimationFrame(lead), { once: true });
      byId("standings-tab").click();
    } else {
      lead();
    }
  }

  /** Finds the places that have votes; made anew only where those are others. */
  function finds({ venues, votes }) {
    const list = [...new Set([...votes.values()].map((vote) => vote.id))].filter((id) => venues.has(id)).map((id) => ({ id, name: venues.get(id).name }));
    const key = JSON.stringify(list);
    if (key !== places.key) places = { key, find: finder(list) };
    return places.find;
  }

  /** What stands above the first message, or in the place of any. */
  function hintOf(room) {
    if (!area.me) return say("talkLocked");
    const other = companion(room, area.me.username);
    if (other !== undefined) return say("talkPrivate", { name: other });
    return room.messages.length ? "" : say("talkNone");
  }

  function draw() {
    const { talk, me } = area;
    const { room, rooms } = talk;
    const live = linkOf(socket, area) === "live";
    tabs.render(rooms, room.id, me?.username);
    begin.button.hidden = !me;
    begin.render();
    log.el.setAttribute("aria-labelledby", tabs.tabId(room.id));
    log.render(room, {
      me: me?.username,
      find: area.state ? finds(area.state) : () => [],
      items: talk.outbox.items.filter((item) => item.room === room.id),
      live,
      reaching: talk.reaching,
      loading: talk.loading && live,
      hint: hintOf(room),
      local: area.local,
    });
    problem.hidden = !talk.problem;
    setText(words, talk.problem ? sayError(talk.problem) : "");
    take.hidden = Boolean(me) || area.asking?.by === "talk";
    const other = companion(room, me?.username);
    setText(over, !room.over ? "" : other === undefined ? sayError({ code: "noSuchRoom" }) : say("talkGone", { name: other }));
    field.render(room, nameOf(room, me?.username), area);
    // One's own result, for who does not see it.
    if (talk.outbox.sent > sent) log.tell(say("talkSent"));
    sent = talk.outbox.sent;
  }

  function reset() {
    begin.close();
    log.reset();
    field.reset();
    sent = 0;
  }

  return {
    render(now, by) {
      if (area !== now) {
        area?.talk?.look(false);
        reset();
      }
      [area, socket] = [now, by];
      open = true;
      if (!area.talk) return void area.listen().catch(() => {});
      look();
      draw();
    },
    reset,
    shut() {
      begin.close();
      open = false;
      look();
    },
  };
}
