// Choosing one's own picture: initials, an emoji, or the address of a picture. A part of the name form, loaded when it is opened.

import { say } from "../texts.js";
import { h } from "./dom.js";
import { avatar } from "./person.js";

/** Food, and faces that are easily told apart. */
const EMOJI = "🍜 🍕 🌮 🍣 🥗 🍔 🥟 🍛 🥐 🥑 🌶️ 🍩 ☕ 🍓 🧀 🥨 😀 😎 🤓 🥳 😋 🤠 🦊 🐙".split(" ");
/** The server's own limit, in characters. */
const ADDRESS_MAX = 512;

const graphemes = globalThis.Intl?.Segmenter && new Intl.Segmenter();

/** What was typed, as the server wants it: `emoji:🍜` or an address; null where it is neither. */
export function typedPicture(raw) {
  const text = raw.trim();
  if (/^https:\/\//i.test(text)) return URL.canParse(text) && text.length <= ADDRESS_MAX && !/\s/.test(text) ? text : null;
  const one = graphemes ? [...graphemes.segment(text)].length === 1 : [...text].length <= 8;
  const emoji = /(?![0-9#*])\p{Emoji}|\u20E3/u.test(text);
  return one && emoji ? `emoji:${text}` : null;
}

/**
 * Opens in `box`, at the picture that one has. `name()` is what the initials are of. `value()` of what is returned is the choice, null
 * where it is none (then the field says so); `named()` is to be called when the name is another.
 */
export function picturePicker({ box, img, name }) {
  const initials = h("span", { class: "picture-initials" });
  const chosen = (value) => img === value;
  const option = (value, ...face) => {
    const radio = h("input", { type: "radio", name: "picture", class: "unseen", value, checked: chosen(value) });
    return h("label", { class: "picture-option" }, radio, ...face);
  };
  const field = h("input", {
    id: "picture-typed", class: "field", maxLength: ADDRESS_MAX, autocomplete: "off", spellcheck: false, dir: "auto",
    "aria-describedby": "picture-error picture-hint",
  });
  const error = h("p", { id: "picture-error", class: "error", role: "alert" });
  const group = h(
    "fieldset",
    { class: "pictures" },
    h("legend", {}, say("pictureTitle")),
    h(
      "div",
      { class: "picture-grid" },
      option("", initials, h("span", { class: "unseen" }, say("pictureInitials"))),
      ...EMOJI.map((emoji) => option(`emoji:${emoji}`, h("span", { class: "picture-emoji" }, emoji))),
    ),
    h("label", { htmlFor: "picture-typed" }, say("pictureTyped")),
    field,
    error,
    h("p", { id: "picture-hint", class: "hint" }, say("pictureHint")),
  );
  const radios = [...group.querySelectorAll("[type=radio]")];

  function wrong(text) {
    error.textContent = text;
    field.setAttribute("aria-invalid", String(Boolean(text)));
  }

  // What was typed and what was picked take turns: one of them holds.
  group.onchange = ({ target }) => {
    if (target.type !== "radio") return;
    field.value = "";
    wrong("");
  };
  field.oninput = () => {
    for (const radio of radios) radio.checked = !field.value.trim() && radio.value === "";
    wrong("");
  };

  function named() {
    initials.replaceChildren(avatar({ username: name() || "?" }));
  }

  if (!radios.some((radio) => radio.checked)) field.value = img.replace(/^emoji:/, "");
  named();
  box.replaceChildren(group);
  return {
    named,
    focus: () => (radios.find((radio) => radio.checked) ?? field).focus(),
    value() {
      const radio = radios.find((each) => each.checked);
      const value = radio ? radio.value : typedPicture(field.value);
      if (value === null) {
        wrong(say("pictureBad"));
        field.focus();
      }
      return value;
    },
  };
}
