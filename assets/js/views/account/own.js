// What the owner of an account finds: where one is signed in, each to be ended, and the ways to another passphrase, out, and away.

import { changePassphrase, deleteAccount, endSession, signOut } from "../../account.js";
import { clock, home, say, sayError } from "../../texts.js";
import { h } from "../dom.js";
import { accountForm, isLongEnough, passphraseField } from "./passphrase.js";

const MINUTE_MS = 60_000;
/** Up to here "5 min ago" says more than a clock. */
const AGO_MINUTES = 60;

/**
 * `account` is what the server told of it, `now()` the store's time, `local(at)` turns that into ours, `areas()` where it is to leave when it is
 * deleted. `reload(said)` shows it anew and says what was done; `left(said)`: this browser is a guest's.
 */
export function own({ account: { username, sessions }, now, local, areas, reload, left }) {
  const wrong = h("p", { class: "error", role: "alert" });
  const slot = h("div", { class: "account-part" });
  const others = sessions.filter(({ current }) => !current);
  let busy = false;

  /** Once at a time, and where it fails it is said. */
  async function act(run) {
    if (busy) return;
    busy = true;
    wrong.textContent = "";
    try {
      await run();
    } catch (error) {
      wrong.textContent = sayError(error);
    } finally {
      busy = false;
    }
  }

  const device = ({ label }) => label || say("accountUnknown");

  function seen(at) {
    const minutes = Math.floor((now() - at) / MINUTE_MS);
    if (minutes < 1) return say("justNow");
    if (minutes < AGO_MINUTES) return say("minutesAgo", { n: minutes });
    const [day, today] = [at, now()].map((time) => new Date(local(time)));
    return day.toDateString() === today.toDateString() ? clock(day) : new Intl.DateTimeFormat(home(), { dateStyle: "medium" }).format(day);
  }

  function row(session) {
    const time = h("time", { dateTime: new Date(session.used).toISOString() }, say("accountSeen", { time: seen(session.used) }));
    const end = () => act(async () => reload((await endSession(session.id), say("accountEnded", { device: device(session) }))));
    const button = h("button", { type: "button", class: "button quiet", "aria-label": say("accountEndOf", { device: device(session) }), onclick: end }, say("accountEnd"));
    const what = h("div", {}, h("p", { class: "device" }, device(session), session.current ? h("span", { class: "badge" }, say("accountThis")) : ""), h("p", { class: "hint" }, time));
    return h("li", {}, what, ...(session.current ? [] : [button]));
  }

  async function onlyThis() {
    for (const { id } of others) await endSession(id).catch(gone);
    reload(say("accountOnlyThisDone"));
  }
  /** One that has ended meanwhile is what was wanted. */
  const gone = (error) => {
    if (error.code !== "noSuchSession") throw error;
  };

  /** A form below the buttons, in the place of another; the button that opened it gets the focus back. */
  function open({ currentTarget }, form) {
    const cancel = () => {
      slot.replaceChildren();
      currentTarget.focus();
    };
    slot.replaceChildren(...form(cancel));
    slot.querySelector("input:not([hidden])").focus();
  }

  function changing(cancel) {
    const old = passphraseField({ id: "passphrase", label: say("accountOld"), wrong: "change-wrong" });
    const next = passphraseField({ id: "new-passphrase", label: say("accountNew"), fresh: true, wrong: "change-wrong" });
    const form = accountForm({
      id: "change", name: username, fields: [old, next], go: say("accountChangeGo"), cancel,
      check: () => (isLongEnough(next.input.value) ? null : { code: "badPassphrase" }),
      send: async () => reload((await changePassphrase(old.input.value, next.input.value), say("accountChanged"))),
      blamed: (error) => (error.code === "badPassphrase" ? next.input : old.input),
    });
    return [h("p", { class: "hint" }, say("accountChangeWhat")), form.el];
  }

  function deleting(cancel) {
    const phrase = passphraseField({ id: "passphrase", label: say("accountPhrase"), wrong: "delete-wrong" });
    const form = accountForm({
      id: "delete", name: username, fields: [phrase], go: say("accountDeleteGo"), kind: "main danger", cancel,
      send: async () => left((await deleteAccount(phrase.input.value, areas()), say("accountDeleted"))),
      blamed: () => phrase.input,
    });
    return [h("p", {}, say("accountDeleteWhat")), form.el];
  }

  const button = (words, onclick) => h("button", { type: "button", class: "button quiet", onclick }, words);
  const heading = h("h3", { id: "devices" }, say("accountDevices"));
  const list = h("ul", { class: "devices", "aria-labelledby": "devices" }, ...sessions.map(row));
  const only = others.length ? [button(say("accountOnlyThis"), () => act(onlyThis))] : [];
  const ways = h(
    "div",
    { class: "line" },
    button(say("accountOut"), () => act(async () => left((await signOut(), say("accountOutDone"))))),
    button(say("accountChange"), (event) => open(event, changing)),
    button(say("accountDelete"), (event) => open(event, deleting)),
  );
  return [h("p", {}, say("accountIs", { name: username })), heading, list, ...only, wrong, ways, slot];
}
