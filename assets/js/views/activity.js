// The activity of an area: who did what, and when, newest first. Not told to a screen reader line by line (the standings' summary
// is); it is there to be read. What was before this page was opened, or while it heard nothing, it asks the server for.

import { activity, covered } from "../activity.js";
import { compared } from "../names.js";
import { clock, say } from "../texts.js";
import { arrange, h, setText } from "./dom.js";
import { avatar, personKey } from "./person.js";

const MINUTE_MS = 60_000;
/** Up to here "5 min ago" says more than a clock, later the clock does. */
const AGO_MINUTES = 60;
/** So many lines tell what is going on; the rest is a tap away. */
const FEW = 10;
/** Nobody waits for it: the lines that there are stand already. */
const ASK_MS = 10_000;

export function panel(box) {
  const none = h("p", { class: "hint" }, say("activityNone"));
  const list = h("ol", { class: "activity" });
  const more = h("button", { type: "button", class: "button quiet", hidden: true });
  let drawn = new Map();
  let lines = [];
  let last = null;
  let all = false;
  let area = null;
  let timer = 0;
  /** What the server told of the time before, and the whole state that it was asked for. */
  let before = null;
  let asked = null;

  box.append(none, list, more);
  more.onclick = () => {
    all = true;
    draw();
    list.children[FEW]?.focus();
  };

  /** As they look now, where they are still there. */
  const faceOf = (line) => area.state?.users.get(compared(line.username)) ?? line;

  function row(line) {
    const { kind, at, username, place, from } = line;
    const time = h("time", { dateTime: new Date(at).toISOString() });
    const el = h("li", { tabIndex: -1 }, avatar(faceOf(line)), h("p", {}, say(kind, { name: username, place, from })), " ", time);
    return { el, time, at };
  }

  /** Those who are drawn already stay as they are. */
  function draw() {
    const wanted = all ? lines : lines.slice(0, FEW);
    drawn = new Map(wanted.map((line) => [`${line.id} ${personKey(faceOf(line))}`, line]).map(([id, line]) => [id, drawn.get(id) ?? row(line)]));
    arrange(list, [...drawn.values()].map(({ el }) => el));
    none.hidden = lines.length > 0;
    more.hidden = wanted.length === lines.length;
    setText(more, say("activityAll", { n: lines.length }));
    setTimes();
  }

  /** Only what reads otherwise by now is written. */
  function setTimes() {
    clearTimeout(timer);
    timer = setTimeout(setTimes, MINUTE_MS / 2);
    for (const { time, at } of drawn.values()) {
      const minutes = Math.floor((area.now() - at) / MINUTE_MS);
      const exact = clock(area.local(at));
      setText(time, minutes < 1 ? say("justNow") : minutes < AGO_MINUTES ? say("minutesAgo", { n: minutes }) : exact);
      time.title = exact;
    }
  }

  /**
   * Asks the server once for each whole state that its acts do not reach: with it, something was missed. Without an answer, what the
   * page has heard is all there is to tell.
   */
  async function askFor(whole) {
    const asking = area;
    asked = whole;
    try {
      const answer = await fetch(`/api/areas/${encodeURIComponent(area.name)}/activity`, { signal: AbortSignal.timeout(ASK_MS) });
      const told = answer.ok ? await answer.json() : null;
      if (!told || asking !== area || asked !== whole) return;
      before = told;
      lines = activity(area.heard, before);
      draw();
    } catch {
      // Offline, or too slow: the next whole state asks again.
    }
  }

  function reset() {
    clearTimeout(timer);
    before = asked = null;
    last = null;
    all = false;
    drawn = new Map();
    list.replaceChildren();
  }

  return {
    render(now) {
      if (area !== now) reset();
      area = now;
      if (area.heard !== last) lines = activity(area.heard, before);
      last = area.heard;
      draw();
      const whole = area.live && area.heard.findLast(({ event }) => event === "updates");
      if (whole && whole !== asked && !(before && covered([whole], before) === 0)) askFor(whole);
    },
    reset,
    shut: () => clearTimeout(timer),
  };
}
