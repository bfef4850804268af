// A field for a passphrase that can be shown, and a form with one or two of them. Password managers are told what each is for.

import { say, sayError } from "../../texts.js";
import { h } from "../dom.js";

/** Characters of a passphrase, at least; the server's own limit. */
export const PASSPHRASE_MIN = 10;

export const isLongEnough = (text) => [...text.normalize("NFC")].length >= PASSPHRASE_MIN;

/** `{el, input, hide}`; `fresh` is for one that is chosen now, which gets a hint and is kept by the manager as new. */
export function passphraseField({ id, label, fresh = false, wrong }) {
  const input = h("input", {
    id, name: id, type: "password", class: "field", autocomplete: fresh ? "new-password" : "current-password", autocapitalize: "none", spellcheck: false,
    "aria-describedby": fresh ? `${wrong} ${id}-hint` : wrong,
  });
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    toggle.setAttribute("aria-pressed", String(shown));
  };
  const toggle = h("button", { type: "button", class: "button quiet", "aria-pressed": "false", onclick: () => show(input.type === "password") }, say("accountShow"), h("span", { class: "unseen" }, " ", label));
  const hint = fresh ? [h("p", { id: `${id}-hint`, class: "hint" }, say("accountPhraseHint", { n: PASSPHRASE_MIN }))] : [];
  const el = h("div", {}, h("label", { htmlFor: id }, label), h("div", { class: "line passphrase" }, input, toggle), ...hint);
  return { el, input, hide: () => show(false) };
}

/**
 * A form with these fields. `send()` does it, rejecting with the server's error, which is said at the field that `blamed(error)` names, with
 * the ways out that `ways(error)` gives. `name` is whose passphrase it is, for the manager, where no field says so.
 */
export function accountForm({ id, name, fields, go, kind = "main", check = () => null, send, blamed, ways = () => [], cancel }) {
  const wrong = h("p", { id: `${id}-wrong`, class: "error", role: "alert" });
  const submit = h("button", { type: "submit", class: `button ${kind}` }, go);
  const no = cancel ? [h("button", { type: "button", class: "button quiet", onclick: cancel }, say("cancel"))] : [];
  const who = name ? [h("input", { type: "text", name: "username", autocomplete: "username", value: name, readOnly: true, hidden: true })] : [];
  const el = h("form", { id, class: "account-form", noValidate: true }, ...who, ...fields.map((field) => field.el), wrong, h("div", { class: "line" }, submit, ...no));
  let busy = false;

  function refuse(error) {
    const field = error && blamed(error);
    for (const { input } of fields) input.setAttribute("aria-invalid", String(input === field));
    wrong.replaceChildren(error ? `${error.words ?? sayError(error)} ` : "", ...(error ? ways(error) : []));
    if (error) field.focus();
  }

  el.onsubmit = async (event) => {
    event.preventDefault();
    if (busy) return;
    const error = check();
    refuse(error);
    if (error) return;
    busy = true;
    submit.textContent = say("saving");
    for (const field of fields) field.hide?.();
    try {
      await send();
    } catch (problem) {
      refuse(problem);
    } finally {
      busy = false;
      submit.textContent = go;
    }
  };
  el.oninput = () => refuse(null);
  return { el };
}
