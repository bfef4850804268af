// The activity of an area: who did what, and when, newest first. Not told to a screen reader line by line (the standings' summary
// is); it is there to be read.

import { activity } from "../activity.js";
import { say } from "../texts.js";
import { arrange, h, setText } from "./dom.js";
import { clock } from "./head.js";
import { avatar, personKey } from "./person.js";

const MINUTE_MS = 60_000;
/** Up to here "5 min ago" says more than a clock, later the clock does. */
const AGO_MINUTES = 60;

export function panel(box) {
  const none = h("p", { class: "hint" }, say("activityNone"));
  const list = h("ol", { class: "activity" });
  let drawn = new Map();
  let last = null;
  let area = null;
  let timer = 0;

  box.append(none, list);

  function row({ kind, at, username, img, place, from }) {
    const time = h("time", { dateTime: new Date(at).toISOString() });
    const words = h("p", {}, say(kind, username, place, from));
    const el = h("li", {}, avatar({ username, img }), h("div", {}, words, h("p", { class: "hint" }, time)));
    return { el, time, at };
  }

  /** Only what reads otherwise by now is written. */
  function setTimes() {
    clearTimeout(timer);
    timer = setTimeout(setTimes, MINUTE_MS / 2);
    for (const { time, at } of drawn.values()) {
      const minutes = Math.floor((area.now() - at) / MINUTE_MS);
      const exact = clock(area.local(at));
      setText(time, minutes < 1 ? say("justNow") : minutes < AGO_MINUTES ? say("minutesAgo", minutes) : exact);
      time.title = exact;
    }
  }

  function reset() {
    clearTimeout(timer);
    last = null;
    drawn = new Map();
    list.replaceChildren();
    none.hidden = false;
  }

  return {
    render(now) {
      const { heard } = now;
      if (area !== now) reset();
      area = now;
      if (heard.at(-1) === last) return;
      last = heard.at(-1);
      const lines = activity(heard).map((line) => [`${line.id} ${personKey(line)}`, line]);
      drawn = new Map(lines.map(([id, line]) => [id, drawn.get(id) ?? row(line)]));
      arrange(list, [...drawn.values()].map(({ el }) => el));
      none.hidden = lines.length > 0;
      setTimes();
    },
    reset,
    shut() {
      clearTimeout(timer);
    },
  };
}
