// The wall: the first places, large, with who leads, how many are here, the clock, the link in words and as a code. It has nothing to
// press, and the focus is none of its business.

import { addressOf } from "../router.js";
import { standings, title } from "../standings.js";
import { clock, say } from "../texts.js";
import { arrange, bar, byId, h, setBar, setText } from "./dom.js";
import { LINKS, linkOf } from "./head.js";
import { avatar } from "./person.js";

/** What can be read from five metres; the server's HTML has as many. */
const PLACES = 8;
/** More voters than this are in the number alone. */
const FACES = 5;
const MINUTE_MS = 60_000;
/** Where the wall stands in one minute and in the next, in rem: a screen that shows the same for hours burns in. */
const PLACES_TO_STAND = [[0, 0], [0.25, 0], [0.25, 0.25], [0, 0.25], [-0.25, 0.25], [-0.25, 0], [-0.25, -0.25], [0, -0.25], [0.25, -0.25]];

/** `origin` is what the link begins with. */
export function wallView({ origin }) {
  const list = byId("wall-rows");
  const rows = new Map();

  function everyMinute() {
    const now = Date.now();
    setText(byId("wall-clock"), clock(now));
    const [x, y] = PLACES_TO_STAND[Math.floor(now / MINUTE_MS) % PLACES_TO_STAND.length];
    byId("wall").style.setProperty("--aside", `${x}rem`);
    byId("wall").style.setProperty("--down", `${y}rem`);
    setTimeout(everyMinute, MINUTE_MS - (now % MINUTE_MS));
  }
  everyMinute();

  /** The link without what nobody types: "eat.example/a/lunch". */
  function setLink(name) {
    const words = decodeURI(addressOf(name, origin)).replace(/^https?:\/\//, "");
    const code = `${addressOf(name)}/qr.svg`;
    setText(byId("wall-address"), words);
    byId("wall-qr").alt = words;
    if (byId("wall-qr").getAttribute("src") !== code) byId("wall-qr").src = code;
  }

  return {
    render(area, socket) {
      const [kind, words] = LINKS[linkOf(socket, area)];
      byId("wall-link").dataset.link = kind;
      setText(byId("wall-link-words"), say(words));
      setText(byId("wall-title"), area.name);
      setLink(area.name);
      byId("wall").classList.toggle("old", kind === "off");
      if (!area.state) return;
      const { online, expiresAt } = area.state;
      setText(byId("wall-here"), online ? say("hereNow", { n: online }) : "");
      setText(byId("wall-empties"), expiresAt ? say("empties", { time: clock(area.local(expiresAt)) }) : "");
      const all = standings(area.state);
      document.title = title(area.name, all);
      byId("wall-empty").hidden = all.length > 0;
      const shown = all.slice(0, PLACES);
      const tied = all.filter((row) => row.first).length > 1;
      const ids = new Set(shown.map((row) => row.venue.id));
      for (const id of [...rows.keys()]) if (!ids.has(id)) rows.delete(id);
      for (const row of shown) {
        if (!rows.has(row.venue.id)) rows.set(row.venue.id, rowOf(row.venue));
        rows.get(row.venue.id).update(row, tied);
      }
      arrange(list, shown.map((row) => rows.get(row.venue.id).el));
      setText(byId("wall-more"), all.length > PLACES ? say("wallMore", { n: all.length - PLACES }) : "");
    },
  };
}

function rowOf(venue) {
  const badge = h("span", { class: "badge" });
  const faces = h("p", { class: "wall-faces", "aria-hidden": "true" });
  const votes = h("p", { class: "wall-votes" });
  const meter = bar(0);
  const el = h("li", { class: "wall-row" }, h("p", { class: "wall-name", dir: "auto" }, venue.name), badge, faces, votes, meter);
  return {
    el,
    update(row, tied) {
      el.classList.toggle("first", row.first);
      setText(badge, row.first ? say(tied ? "tied" : "leading") : "");
      setText(votes, say("votes", { n: row.votes }));
      setBar(meter, row.share);
      faces.replaceChildren(...row.voters.slice(0, FACES).map(avatar));
    },
  };
}
