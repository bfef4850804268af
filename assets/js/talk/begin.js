// Begins a room: one with a name, for everyone here, or a private one with somebody who is here. Open over the messages until it is
// done; Back closes it.

import { compared } from "../names.js";
import { opened } from "../opened.js";
import { say, sayError } from "../texts.js";
import { userName } from "../typed-names.js";
import { h, icon } from "../views/dom.js";
import { chip, shorten } from "../views/person.js";

/** More people than this are a tap away. */
const SHOWN = 12;
/** Characters of a room's name, at most; the server's own limit. */
const NAME_MAX = 32;

/** `talk()` is what is said here, `area()` where. */
export function beginRoom({ area, talk }) {
  const field = h("input", { id: "talk-room", class: "field", maxLength: NAME_MAX * 2, autocomplete: "off", dir: "auto", enterKeyHint: "done", "aria-describedby": "talk-room-wrong" });
  const wrong = h("p", { id: "talk-room-wrong", class: "error", role: "alert" });
  const go = h("button", { type: "submit", class: "button main" }, say("talkRoomGo"));
  const no = h("button", { type: "button", class: "button quiet", onclick: close }, say("cancel"));
  const title = h("h3", { id: "talk-alone" }, say("talkWithWhom"));
  const people = h("ul", { class: "people", "aria-labelledby": "talk-alone" });
  const none = h("p", { class: "hint" }, say("talkNobodyElse"));
  const form = h("form", { noValidate: true }, h("label", { htmlFor: "talk-room" }, say("talkRoomName")), h("div", { class: "line" }, field, go, no), wrong);
  const el = h("div", { id: "talk-begin", class: "talk-begin", hidden: true }, form, title, none, people);
  const button = h("button", { type: "button", class: "button quiet talk-new", "aria-expanded": "false", "aria-controls": "talk-begin", title: say("talkNew"), onclick: toggle }, icon("plus"), h("span", { class: "unseen" }, say("talkNew")));
  let done = () => {};
  let busy = false;

  function toggle() {
    if (!el.hidden) return close();
    el.hidden = false;
    button.setAttribute("aria-expanded", "true");
    done = opened(shut);
    draw();
    field.focus();
  }

  function shut() {
    const focused = el.contains(document.activeElement);
    el.hidden = true;
    field.value = "";
    button.setAttribute("aria-expanded", "false");
    wrong.textContent = "";
    if (focused) button.focus();
  }

  function close() {
    if (el.hidden) return;
    shut();
    done();
  }

  function draw() {
    if (el.hidden) return;
    const { state, me } = area();
    if (!me) return close();
    const mine = compared(me.username);
    const others = [...(state?.users ?? [])].filter(([key]) => key !== mine).sort(([a], [b]) => state.here.has(b) - state.here.has(a));
    title.hidden = people.hidden = others.length === 0;
    none.hidden = others.length > 0;
    const person = (user, away) => h("button", { type: "button", class: "person", onclick: () => alone(user.username) }, chip(user, away ? say("away") : ""));
    const key = others.map(([key]) => `${key} ${state.here.has(key)}`).join("\n");
    if (people.dataset.drawn === key) return;
    people.dataset.drawn = key;
    shorten(people, SHOWN, others.map(([key, user]) => h("li", {}, person(user, !state.here.has(key)))));
  }

  async function alone(username) {
    await talk().alone(username);
    close();
  }

  form.onsubmit = async (event) => {
    event.preventDefault();
    if (busy) return;
    const name = userName(field.value);
    wrong.textContent = name ? "" : say("nameBad");
    field.setAttribute("aria-invalid", String(!name));
    if (!name) return field.focus();
    busy = true;
    try {
      await talk().addRoom(name);
      close();
    } catch (error) {
      wrong.textContent = sayError(error);
      field.focus();
    } finally {
      busy = false;
    }
  };
  el.onkeydown = (event) => {
    if (event.key === "Escape") close();
  };

  return { el, button, render: draw, close };
}
