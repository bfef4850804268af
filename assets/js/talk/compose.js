// The field for a message: Enter says it, Shift+Enter begins a new line; near the end it counts what is left. What is typed stays with
// its room, in the talk's `drafts`. Without a name here, the name is asked below it.

import { say } from "../texts.js";
import { h, setText } from "../views/dom.js";
import { askName } from "../views/vote.js";
import { TEXT_MAX, lengthOf } from "./outbox.js";

/** From here on the rest is counted. */
const NEAR_END = 100;

/** `send(room, text, done)` says it, and calls `done` when it is on its way: without a name here, that is asked first. */
export function compose({ send }) {
  const count = h("span", { id: "talk-count", class: "hint talk-count" });
  const field = h("textarea", {
    id: "talk-field", class: "field", rows: 1, autocomplete: "off", dir: "auto", enterKeyHint: "send", "aria-describedby": "talk-count talk-wrong",
  });
  const label = h("label", { htmlFor: "talk-field", class: "unseen" });
  const wrong = h("p", { id: "talk-wrong", class: "error", role: "alert" });
  const button = h("button", { type: "submit", class: "button main" }, say("talkSend"));
  const slot = h("div", { class: "slot" });
  // Nothing can be typed before it is known where it goes.
  const form = h("form", { class: "talk-form", noValidate: true, hidden: true }, label, h("div", { class: "talk-line" }, field, button), count, wrong);
  const el = h("div", { class: "talk-compose" }, form, slot);
  let drafts = null;
  let room = null;
  let asked = "";

  /** As high as its text; what is least and most, the style sheet says. */
  function fit() {
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.offsetHeight - field.clientHeight + field.scrollHeight}px`;
  }

  function counted() {
    fit();
    const left = TEXT_MAX - lengthOf(field.value);
    setText(count, left > NEAR_END ? "" : left < 0 ? say("talkOver", { n: -left }) : say("talkLeft", { n: left }));
    count.classList.toggle("error", left < 0);
    field.setAttribute("aria-invalid", String(left < 0));
    if (left >= 0) setText(wrong, "");
    return left;
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    const left = counted();
    if (left === TEXT_MAX) return field.focus();
    if (left < 0) return setText(wrong, say("talkTooLong", { n: TEXT_MAX }));
    const from = room;
    // On a phone the keyboard stays: the next message is typed at once.
    field.focus();
    send(from, field.value, () => {
      drafts.delete(from);
      if (room !== from) return;
      field.value = "";
      counted();
    });
  };
  field.oninput = () => {
    if (field.value) drafts.set(room, field.value);
    else drafts.delete(room);
    counted();
  };
  field.onkeydown = (event) => {
    // While a word is being composed, Enter belongs to that.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  };

  return {
    el,
    focus: () => field.focus(),
    render(now, name, area) {
      if (room !== now.id || drafts !== area.talk.drafts) {
        room = now.id;
        drafts = area.talk.drafts;
        field.value = drafts.get(room) ?? "";
        counted();
      }
      form.hidden = now.over;
      setText(label, say("talkLabel", { room: name }));
      field.placeholder = say("talkLabel", { room: name });
      const asking = area.asking?.by === "talk" ? "name" : "";
      if (asking === asked) return;
      const focused = slot.contains(document.activeElement);
      asked = asking;
      slot.replaceChildren();
      if (asking) askName(area, slot, say("talkNameGo"), () => field.focus());
      else if (focused) field.focus();
    },
    reset() {
      slot.replaceChildren();
      form.hidden = true;
      [room, asked] = [null, ""];
    },
  };
}
