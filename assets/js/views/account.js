// The dialog of the account. A guest finds the door there, its owner the rest; which it is, the server says. Loaded when it is opened.

import { ownAccount } from "../account.js";
import { renewSession } from "../session.js";
import { say, sayError } from "../texts.js";
import { door } from "./account/door.js";
import { own } from "./account/own.js";
import { dialog } from "./dialog.js";
import { h } from "./dom.js";

/** As many areas as the server takes at once. */
const AREAS_MAX = 10;

/**
 * `turned()`: this browser is somebody else from now on; `signedOut(true)`: it was, without having been told yet. What was done is told by
 * `tell`, when the dialog is closed.
 */
export async function accountDialog({ area, memory, tell, turned, signedOut }) {
  const part = h("div", { class: "account" });
  const said = h("p", { class: "account-said", role: "status" });
  const { el, close } = await dialog({ title: say("accountOpen"), kind: "account-dialog", sheets: ["account"] }, said, part);
  const title = el.querySelector("h2");
  const areas = () => [...new Set([area.name, ...memory.named])].slice(0, AREAS_MAX);
  await show();

  async function show(words = "") {
    const wait = h("p", { class: "hint", role: "status", tabIndex: -1 }, say("panelLoading"));
    part.replaceChildren(wait);
    wait.focus();
    try {
      const account = await ownAccount();
      said.textContent = words;
      if (account.username) owned(account);
      else if (memory.account) over();
      else guest(area.me ? "keep" : "signIn", area.me?.username ?? "");
    } catch (error) {
      if (error.code === "signedOut") return renewSession().then(over);
      const again = h("button", { type: "button", class: "button main", onclick: () => show() }, say("panelAgain"));
      part.replaceChildren(h("p", { class: "error", role: "alert" }, sayError(error)), again);
      again.focus();
    }
  }

  function over() {
    close();
    signedOut(true);
  }

  function owned(account) {
    memory.account = account.username;
    title.textContent = say("accountOpen");
    const { now, local } = area;
    part.replaceChildren(...own({ account, now, local, areas, reload: show, left: (words) => become("", words) }));
    title.tabIndex = -1;
    title.focus();
  }

  function guest(way, name) {
    const { title: words, focus, content } = door({ way, name, areas, turnTo: guest, done: (how, username) => become(username, say(how === "keep" ? "accountKept" : "accountWelcome", { name: username })) });
    title.textContent = words;
    part.replaceChildren(...content);
    focus();
  }

  /** By another cookie from now on; without a name, as a new guest. */
  function become(username, words) {
    memory.account = memory.name = username;
    close();
    turned();
    tell({ text: words });
  }
}
