// The form that asks for a name, in place: it opens where the act was, and the act is done once the name is there. Loaded when it
// is first asked for.

import { madeUpName } from "../made-up.js";
import { NAME_MAX } from "../names.js";
import { say, sayError } from "../texts.js";
import { userName } from "../typed-names.js";
import { h } from "./dom.js";
import { later, styled } from "./later.js";

/**
 * Opens in `slot`, with `name` and the picture `img` as they are so far; `picture` opens the choice of the picture too.
 * `take(name, img)` rejects with the server's error; `done()` comes after it took the name, `cancel()` when the
 * person would rather not.
 */
export function nameForm({ slot, name, img = "", picture = false, go, take, done = () => {}, cancel }) {
  const field = h("input", {
    id: "name", class: "field", value: name || madeUpName(), maxLength: NAME_MAX * 2, autocomplete: "nickname",
    spellcheck: false, dir: "auto", enterKeyHint: "done", "aria-describedby": "name-error name-hint",
  });
  const error = h("p", { id: "name-error", class: "error", role: "alert" });
  const submit = h("button", { type: "submit", class: "button main" }, go);
  const no = h("button", { type: "button", class: "button quiet", onclick: cancel }, say("cancel"));
  const more = h("button", { type: "button", class: "button quiet", onclick: choosePicture }, say("pictureChoose"));
  const pictures = h("div", {});
  const form = h(
    "form",
    { class: "name-form", noValidate: true },
    h("label", { htmlFor: "name" }, say("nameLabel")),
    field,
    error,
    h("p", { id: "name-hint", class: "hint" }, say("nameHint")),
    pictures,
    h("div", { class: "line" }, submit, more, no),
  );
  let picker = null;

  function choosePicture() {
    more.remove();
    pictures.append(h("p", { tabIndex: -1 }));
    pictures.firstChild.focus();
    later(pictures, () => [import("./picture.js"), styled("picture")], ({ picturePicker }) => {
      picker = picturePicker({ box: pictures, img, name: () => field.value.trim() });
      picker.focus();
    });
  }

  function wrong(...content) {
    error.replaceChildren(...content);
    field.setAttribute("aria-invalid", String(content.length > 0));
  }

  let busy = false;

  async function send(raw) {
    const wanted = userName(raw);
    if (!wanted) {
      wrong(say("nameBad"));
      return field.focus();
    }
    const wantedImg = picker ? picker.value() : img;
    if (wantedImg === null) return;
    // Not disabled meanwhile, and before the offered name goes: the focus would be nowhere.
    if (error.contains(document.activeElement)) submit.focus();
    wrong();
    busy = true;
    submit.textContent = say("saving");
    try {
      await take(wanted, wantedImg);
      done();
    } catch (problem) {
      const free = problem.free && h("button", { type: "button", class: "button link", onclick: () => send(problem.free) }, say("nameFree", { name: problem.free }));
      // Often it is one's own, on the phone.
      const mine = problem.code === "nameTaken" && h("button", { type: "button", class: "button link", onclick: own }, say("nameMine"));
      wrong(`${sayError(problem)} `, ...[free, mine].filter(Boolean).flatMap((way) => [way, " "]));
      (free || field).focus();
    } finally {
      busy = false;
      submit.textContent = go;
    }
  }

  const own = () => form.dispatchEvent(new Event("own-name", { bubbles: true }));

  form.onsubmit = (event) => {
    event.preventDefault();
    if (!busy) send(field.value);
  };
  form.onkeydown = (event) => {
    if (event.key === "Escape") cancel();
  };
  field.oninput = () => {
    wrong();
    picker?.named();
  };
  slot.replaceChildren(form);
  if (picture) return choosePicture();
  field.focus();
  field.select();
}
