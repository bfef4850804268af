// The dialog on the other device: a code, typed or scanned, then the question whether to go on as that person. Nothing is done
// before the answer: scanners and previews open addresses by themselves.

import { ownAccount } from "../account.js";
import { compared } from "../names.js";
import { claimCode, lookAtCode } from "../takeover.js";
import { say, sayError } from "../texts.js";
import { dialog } from "./dialog.js";
import { h } from "./dom.js";

/** A code with what people put between its letters. */
const TYPED_MAX = 16;

/** `scanned` is the code that came with the address, or empty; `memory` is told whose account it is. `turned()` comes once this browser is the other device's person. */
export async function claimDialog({ area, scanned = "", memory, turned }) {
  const part = h("div", { class: "claim" });
  const { close } = await dialog({ title: say("claimTitle"), kind: "claim-dialog", sheets: ["takeover"] }, part);
  const button = (kind, onclick, words) => h("button", { type: "button", class: `button ${kind}`, onclick }, words);
  if (scanned) await look(scanned);
  else typing();

  function show(focus, ...content) {
    part.replaceChildren(...content);
    focus.focus();
  }

  function typing(error, typed = "") {
    const field = h("input", {
      id: "code", class: "field code-field", value: typed, maxLength: TYPED_MAX, autocomplete: "off", autocapitalize: "characters", spellcheck: false,
      enterKeyHint: "done", "aria-describedby": "code-error code-hint",
    });
    const wrong = h("p", { id: "code-error", class: "error", role: "alert" });
    const submit = h("button", { type: "submit", class: "button main" }, say("claimGo"));
    const form = h(
      "form",
      { noValidate: true },
      h("label", { htmlFor: "code" }, say("claimCode")),
      h("div", { class: "line" }, field, submit),
      wrong,
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      if (field.value.trim()) look(field.value);
      else field.focus();
    };
    const signIn = () => {
      close();
      document.dispatchEvent(new Event("own-account"));
    };
    show(field, h("p", { id: "code-hint" }, say("claimHow", { area: area.name })), form, button("link", signIn, say("accountHave")));
    if (!error) return;
    wrong.textContent = sayError(error);
    field.setAttribute("aria-invalid", "true");
    field.select();
  }

  async function look(code) {
    const wait = h("p", { class: "hint", role: "status", tabIndex: -1 }, say("panelLoading"));
    show(wait, wait);
    try {
      question(code, await lookAtCode(code, area.name));
    } catch (error) {
      typing(error, code);
    }
  }

  function question(code, { username, you }) {
    const no = button("quiet", close, say("cancel"));
    if (username && you && compared(username) === compared(you)) {
      const ok = button("main", close, say("close"));
      return show(ok, h("p", {}, say("claimedAlready", { name: username })), ok);
    }
    const error = h("p", { class: "error", role: "alert" });
    const yes = button("main", claim, username ? say("claimYes", { name: username }) : say("claimGo"));
    let busy = false;
    async function claim() {
      if (busy) return;
      busy = true;
      error.textContent = "";
      try {
        await claimCode(code, area.name);
        // It may be an account's; if that cannot be had now, the account's dialog asks.
        memory.account = (await ownAccount().catch(() => ({}))).username ?? "";
        close();
        turned();
      } catch (problem) {
        busy = false;
        if (problem.code === "noSuchCode") typing(problem, code);
        else error.textContent = sayError(problem);
      }
    }
    // Not the button: whoever is typing when a link opens this has not agreed with the next Enter.
    const asked = h("p", { class: "claim-question", tabIndex: -1 }, username ? say("claimAsk", { name: username }) : say("claimAskNameless", { area: area.name }));
    show(
      asked,
      asked,
      h("p", { class: "hint" }, say("claimMeans")),
      ...(you ? [h("p", {}, say("claimLeaves", { name: you }))] : []),
      error,
      h("div", { class: "line" }, yes, no),
    );
  }
}
