// Puts the wall together, an area for the room's television: follows it like any page, draws it large, keeps the screen awake and
// the page fresh. Nobody acts here, so it holds no name and remembers nothing.

import { Area } from "./area.js";
import { awake } from "./awake.js";
import { connection } from "./connection.js";
import { keepFresh } from "./fresh.js";
import { Memory } from "./memory.js";
import { placeOf } from "./router.js";
import { wallView } from "./views/wall.js";

const { lifetimeMs, origin } = document.documentElement.dataset;
// The path alone: a wall shows what it was hung up for.
const { area: name } = placeOf({ pathname: location.pathname, hash: "" });
const view = wallView({ origin: origin || location.origin });
const fresh = keepFresh({ reload: () => location.reload() });

const socket = connection({ changed: redraw, news });
const area = new Area(name, { socket, memory: new Memory(null), lifetime: Number(lifetimeMs), changed: redraw, told() {} });

function redraw() {
  fresh.seen({ live: area.live, seq: area.state?.seq });
  view.render(area, socket);
}

function news({ event }) {
  if (event === "current") area.backInTouch();
  redraw();
}

awake();
socket.follow(area);
