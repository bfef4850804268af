// One message as it is drawn: who, when, what; and one's own that is still on its way. All text goes in as text.

import { clock, say, sayError } from "../texts.js";
import { h } from "../views/dom.js";
import { avatar } from "../views/person.js";

/** `{el, update}` of a message that is there. `show(id)` leads to a place. */
export function line(message, { own, show }) {
  const el = h("li", { class: own ? "said own" : "said", tabIndex: -1 });
  const text = h("p", { class: "said-text", dir: "auto" });
  let drawn = "";

  /** `first`: nobody else's line before it belongs with it, so it says whose it is. `words` are the parts of its text. */
  function update(first, words, at) {
    const now = JSON.stringify([first, words]);
    if (now === drawn) return;
    drawn = now;
    el.classList.toggle("first", first);
    text.replaceChildren(...words.map((part) => drawnPart(part, show)));
    const time = h("time", { dateTime: new Date(message.at).toISOString() }, clock(at));
    const who = h("p", { class: "said-by" }, h("bdi", { class: own ? "unseen" : "" }, message.username), " ", time);
    // Whose it is is heard with each line, and seen with the first.
    const again = h("span", { class: "unseen" }, `${message.username}, ${clock(at)}: `);
    if (first) el.replaceChildren(avatar(message), h("div", { class: "said-box" }, who, text));
    else el.replaceChildren(h("div", { class: "said-box", title: clock(at) }, again, text));
  }

  return { el, update };
}

function drawnPart({ text, href, id }, show) {
  if (href) return h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text, h("span", { class: "unseen" }, say("opensNew")));
  if (id !== undefined) return h("button", { type: "button", class: "mention", title: say("talkPlace"), onclick: () => show(id) }, text);
  return text;
}

/** `{el, update}` of one's own message that is not known to be there: `again()` sends it, `drop()` forgets it. */
export function unsentLine(item, { again, drop }) {
  const state = h("p", { class: "said-state" });
  const el = h("li", { class: "said own waits" }, h("div", { class: "said-box" }, h("p", { class: "said-text", dir: "auto" }, item.text)), state);
  let drawn = "";

  function update(live) {
    const { phase, error } = item;
    // While there is a connection it waits for the store, or for what was done before.
    const now = phase === "failed" ? "failed" : live ? "sending" : "waiting";
    if (now === drawn) return;
    drawn = now;
    el.classList.toggle("failed", now === "failed");
    if (now !== "failed") {
      state.removeAttribute("role");
      state.replaceChildren(say(now === "waiting" ? "talkWaiting" : "talkSending"));
      return;
    }
    state.setAttribute("role", "alert");
    const button = (words, onclick) => h("button", { type: "button", class: "button link", onclick }, words);
    state.replaceChildren(`${say("talkUnsent")} ${sayError(error)} `, h("span", { class: "said-ways" }, button(say("panelAgain"), again), button(say("talkDelete"), drop)));
  }

  return { el, update };
}
