// The page's connection to the server, whichever wire it takes, and what wakes it. Knows nothing of what is followed on it.

import { Choice } from "./choice.js";
import { renewSession as askSession } from "./session.js";
import { Socket } from "./socket.js";

/** A socket that is woken when the page is shown again or the network is back; `changed` and `news` as socket.js says. */
export function connection({ changed, news }) {
  const { open, renewSession } = new Choice({ renewSession: askSession, storage: () => sessionStorage });
  const socket = new Socket({ open, renewSession, changed, news });
  for (const sign of ["online", "offline", "pageshow"]) addEventListener(sign, () => socket.wake());
  document.addEventListener("visibilitychange", () => document.hidden || socket.wake());
  return socket;
}
