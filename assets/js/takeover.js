// The three calls that hand a person over to another device. Knows nothing of the page.

const LIMIT_MS = 8_000;

/** The answer's data; rejects with `{code, message}`. */
async function ask(path, body) {
  let answer;
  try {
    const headers = { "content-type": "application/json" };
    answer = await fetch(`/api/takeover${path}`, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(LIMIT_MS) });
  } catch {
    throw { code: "notConnected" };
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw data;
  return data;
}

/** `{code, link, qr, expiresInMs}`: a code that makes another device this browser's person; `qr` is an SVG of the link. */
export const offerCode = (area) => ask("", { area });

/** `{username, you}`: who the code would make of this browser in the area, and who it is there now; null for nobody. */
export const lookAtCode = (code, area) => ask("/look", { code, area });

/** From the answer on, this browser is the same person. */
export const claimCode = (code, area) => ask("/claim", { code, area });
