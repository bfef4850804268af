// The calls about an account: keep a name, sign in and out, see and end its sessions. Knows nothing of the page.

/** Longer than a passphrase takes to be hashed on a busy server. */
const LIMIT_MS = 15_000;

/** The answer's data; rejects with `{code, message}`. */
async function ask(method, path = "", body = undefined) {
  let answer;
  try {
    const sent = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    answer = await fetch(`/api/account${path}`, { method, signal: AbortSignal.timeout(LIMIT_MS), ...sent });
  } catch ({ name }) {
    throw { code: name === "TimeoutError" ? "noAnswer" : "notConnected" };
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw data;
  return data;
}

/** `{username, sessions: [{id, label, created, used, current}]}`; a guest has no `username`. Times are the store's, in ms. */
export const ownAccount = () => ask("GET");

/** Keeps the name: from then on this browser is signed in to it. What it has in `areas` is the account's. */
export const keepName = (username, passphrase, areas) => ask("POST", "", { username, passphrase, areas });

/** The same for an account that there is: `{username}` as it is written. */
export const signIn = (username, passphrase, areas) => ask("POST", "/session", { username, passphrase, areas });

/** What the server says of a session that was ended here comes about when the call is answered, or a moment later. */
const MOMENT_MS = 3_000;
let leaves = false;

/** Whether this browser signs out by itself: what the server says of it is no news. */
export const isLeaving = () => leaves;

async function leaving(call) {
  leaves = true;
  const stop = () => (leaves = false);
  call.then(() => setTimeout(stop, MOMENT_MS), stop);
  return call;
}

export const signOut = () => leaving(ask("DELETE", "/session"));

/** All other sessions end. */
export const changePassphrase = (old, next) => ask("PUT", "/passphrase", { old, new: next });

/** In `areas` the account leaves at once. */
export const deleteAccount = (passphrase, areas) => leaving(ask("DELETE", "", { passphrase, areas }));

export const endSession = (id) => ask("DELETE", `/sessions/${encodeURIComponent(id)}`);
