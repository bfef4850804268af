// What becomes of a browser whose session was ended elsewhere, or whose account is no more: it goes on as a guest's, and says so. Loaded
// when there is a sign of it.

import { isLeaving, ownAccount } from "../account.js";
import { say, sayError } from "../texts.js";

/**
 * `told`: the server has ended the session that this tab's connection began with; else it is only asked. `turn()` makes this tab follow
 * as whom the browser has become, `account()` opens the account.
 */
export async function signedOut({ told, memory, turn, tell, account }) {
  if (isLeaving()) return;
  // Who is told so is not to wait for an answer that does not come.
  const { username } = told ? await ownAccount().catch(() => ({})) : await ownAccount();
  if (username) {
    // Another tab has signed in: what ended was the guest's session.
    if (told) {
      memory.account = memory.name = username;
      turn();
    }
    return;
  }
  if (!told && !memory.account) return;
  memory.account = memory.name = "";
  turn();
  tell({ text: sayError({ code: "signedOut" }), warn: true, actions: [[say("accountSignIn"), account]] });
}
