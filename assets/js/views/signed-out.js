// What becomes of a browser whose session was ended elsewhere, or whose account is no more: it goes on as a guest's, and says so. Loaded
// when there is a sign of it.

import { isLeaving, ownAccount } from "../account.js";
import { say, sayError } from "../texts.js";

/**
 * `told`: the server has said so; else it is asked. `turn()` makes this browser follow as whom it has become, `account()` opens the account.
 */
export async function signedOut({ told, memory, turn, tell, account }) {
  if (isLeaving()) return;
  if (!told && ((await ownAccount()).username || !memory.account)) return;
  memory.account = memory.name = "";
  turn();
  tell({ text: sayError({ code: "signedOut" }), warn: true, actions: [[say("accountSignIn"), account]] });
}
