// The session that the server knows this browser by. Its cookie is for the server alone: the page only asks for it.

const LIMIT_MS = 5_000;

let last = "";

/**
 * Asks for a session: `ok`, `refused` where this browser keeps no cookie (it then comes as a new one every time), `unreachable`.
 */
export async function renewSession() {
  if (navigator.cookieEnabled === false) return "refused";
  try {
    const answer = await fetch("/api/session", { method: "POST", signal: AbortSignal.timeout(LIMIT_MS) });
    const { fresh } = answer.ok ? await answer.json().catch(() => ({})) : {};
    const before = last;
    last = fresh ? "fresh" : "";
    if (!answer.ok) return "unreachable";
    return fresh && before === "fresh" ? "refused" : "ok";
  } catch {
    return "unreachable";
  }
}
