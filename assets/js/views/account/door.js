// What a guest finds behind the account's button: keep the name that one has, or sign in to the one that was kept before.

import { keepName, signIn } from "../../account.js";
import { NAME_MAX } from "../../names.js";
import { say } from "../../texts.js";
import { userName } from "../../typed-names.js";
import { h } from "../dom.js";
import { accountForm, isLongEnough, passphraseField } from "./passphrase.js";

/** Which of the two: what it is for, what is asked of the passphrase, what it does, and the way to the other. */
const WAYS = {
  keep: { title: "accountKeep", what: "accountKeepWhat", fresh: true, call: keepName, other: "signIn", toOther: "accountHave" },
  signIn: { title: "accountSignIn", what: "accountSignInWhat", fresh: false, call: signIn, other: "keep", toOther: "accountHaveNone" },
};

/**
 * `way` is `keep` or `signIn`, `name` what the field begins with, `areas()` where this browser has names. `turnTo(way, name)` shows the other
 * one; `done(way, username)`: signed in.
 */
export function door({ way, name, areas, turnTo, done }) {
  const { title, what, fresh, call, other, toOther } = WAYS[way];
  const wrong = "door-wrong";
  const input = h("input", {
    id: "account-name", name: "username", class: "field", value: name, maxLength: NAME_MAX * 2, autocomplete: "username", autocapitalize: "none", spellcheck: false, dir: "auto",
    "aria-describedby": wrong,
  });
  const phrase = passphraseField({ id: "passphrase", label: say("accountPhrase"), fresh, wrong });
  const free = (problem) => {
    const take = () => {
      input.value = problem.free;
      form.el.requestSubmit();
    };
    return problem.free ? [h("button", { type: "button", class: "button link", onclick: take }, say("nameFree", { name: problem.free }))] : [];
  };
  const form = accountForm({
    id: "door",
    fields: [{ el: h("div", {}, h("label", { htmlFor: "account-name" }, say("accountName")), input), input }, phrase],
    go: say(title),
    check() {
      if (!userName(input.value)) return { code: "badName", words: say("nameBad") };
      return isLongEnough(phrase.input.value) ? null : { code: "badPassphrase" };
    },
    send: async () => done(way, (await call(userName(input.value), phrase.input.value, areas())).username),
    blamed: (error) => (["badName", "nameTaken"].includes(error.code) ? input : phrase.input),
    ways: free,
  });
  const turn = h("button", { type: "button", class: "button link", onclick: () => turnTo(other, input.value) }, say(toOther));
  const first = name ? phrase.input : input;
  return { title: say(title), focus: () => first.focus(), content: [h("p", {}, say(what)), form.el, h("p", {}, turn)] };
}
