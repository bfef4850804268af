// What is said in one area, as this browser hears it: asks for it when it comes back, keeps count of what is unread, says things. Knows
// the area it belongs to, nothing of the page. Loaded once there is a name, since without one nobody may read.

import { compared } from "../names.js";
import { say, sayError } from "../texts.js";
import { kept } from "./kept.js";
import { Outbox } from "./outbox.js";
import { GENERAL, PAGE, closed, listed, opened, paged, read, renamed, said, silence, swept, unreadIn, without } from "./rooms.js";

/** What comes in while somebody reads is told to the server as read, at most so often. */
const READ_MS = 2_000;
/** These mend with the return, which asks anew by itself. */
const MENDS = new Set(["connectionLost", "notConnected", "notJoined", "notWatching"]);

export class Talk {
  /** The room that is looked at. */
  here = GENERAL;
  /** Why messages could not be had, until they come; null while all is well. */
  problem = null;
  /** Older messages are on their way. */
  reaching = false;
  outbox;
  /** What stands in the field of each room, by its id. */
  drafts = new Map();
  #area;
  #socket;
  #changed;
  #told;
  #rooms = silence();
  /** Somebody is reading: the talk is open, and the page is seen. */
  #reading = false;
  #round = {};
  #timer = 0;
  #readAt = 0;
  /** Own messages whose event came before their ack. */
  #early = [];
  #ended = false;
  #kept;

  constructor(area, { socket, memory, sender, changed, told }) {
    this.#area = area;
    this.#socket = socket;
    this.#changed = changed;
    this.#told = told;
    const there = (message) => {
      this.#rooms = said(this.#rooms, message, { own: true });
      area.talked(message.at);
      moved();
    };
    const moved = () => {
      const due = this.#early.filter(({ room }) => !this.outbox.isUnderWay(room));
      this.#early = this.#early.filter((message) => !due.includes(message));
      for (const message of due) this.#rooms = said(this.#rooms, message, { own: true });
      changed();
    };
    // Who is nobody here any more is asked for a name, and says it then.
    const lost = ({ room, text }) => area.nameGone({ by: "talk", then: () => this.outbox.say(room, text) });
    this.outbox = new Outbox(area, { memory, sender, changed: moved, said: there, lost });
    this.#resume(memory.inArea(area.name).held?.username);
  }

  /** What this tab had not said when it was reloaded, if it is still the same person's. */
  #resume(username) {
    const now = () => {
      const { me } = this.#area;
      return me && (this.outbox.items.length || this.drafts.size) ? { as: me.username, here: this.here, items: this.outbox.items, drafts: [...this.drafts] } : null;
    };
    this.#kept = kept(this.#area.name, now);
    const { before } = this.#kept;
    if (!before || !username || compared(before.as) !== compared(username)) return;
    this.drafts = new Map(before.drafts);
    this.here = before.here;
    this.outbox.resume(before.items);
  }

  /** Without a name nothing is heard. */
  get rooms() {
    return this.#area.me ? this.#rooms : silence();
  }

  get room() {
    return this.rooms.get(this.here) ?? this.rooms.get(GENERAL);
  }

  get unread() {
    return unreadIn(this.rooms);
  }

  /** Whether the newest messages of the room that is looked at are there. */
  get loading() {
    return Boolean(this.#area.me) && !this.room.fresh && !this.room.over && !this.problem;
  }

  /** Who we are is known (again): what was said meanwhile is asked for. */
  async refresh() {
    const round = (this.#round = {});
    if (!this.#area.me) return;
    this.problem = null;
    try {
      const { rooms = [] } = await this.#socket.request("getRooms");
      if (this.#round !== round || this.#ended) return;
      this.#rooms = listed(this.#rooms, rooms, this.here);
      if (this.#reading) await this.#newest();
    } catch (error) {
      this.#failed(error);
    }
    this.#changed();
  }

  /** An event of the area. */
  heard({ event, data }) {
    if (event === "chat") this.#message(data);
    else if (event === "room") this.#rooms = opened(this.#rooms, data);
    else if (event === "renamed") this.#rooms = renamed(this.#rooms, data.from, data.username);
    else if (event === "userLeft") this.#rooms = without(this.#rooms, data.username);
    else if (event === "cleared") this.#clear();
  }

  #message(message) {
    const { room } = message;
    const own = compared(message.username) === compared(this.#area.me?.username ?? "");
    // It is shown as said once it is acknowledged.
    if (own && this.outbox.isUnderWay(room)) return void this.#early.push(message);
    if (!this.#rooms.has(room)) return void this.refresh();
    const seen = this.#reading && room === this.room.id;
    this.#rooms = said(this.#rooms, message, { own, read: seen });
    if (seen && !own) this.#readSoon();
  }

  #clear() {
    this.#rooms = silence();
    this.here = GENERAL;
    this.outbox.dropAll();
  }

  /** Another person is at this browser, or nobody any more: what waits is not theirs. */
  drop() {
    this.drafts = new Map();
    this.#clear();
  }

  /** Whether somebody reads what is open here. */
  look(reading) {
    if (this.#reading === reading) return;
    this.#reading = reading;
    this.#seen();
    this.#changed();
  }

  choose(id) {
    this.here = id;
    this.#rooms = swept(this.#rooms, id);
    this.#seen();
    this.#changed();
  }

  #seen() {
    if (!this.#reading || !this.#area.me) return;
    if (!this.room.fresh) this.#open();
    else if (this.room.unread) this.#readSoon();
    this.#rooms = read(this.#rooms, this.here);
  }

  async #open() {
    this.problem = null;
    await this.#newest().catch((error) => this.#failed(error));
    this.#changed();
  }

  async #newest() {
    const { id, over } = this.room;
    if (over) return;
    const { messages = [] } = await this.#asked(id, { room: id });
    if (!this.#ended) this.#rooms = paged(this.#rooms, id, messages);
  }

  /** Asks for the page before what is known; one at a time. */
  async older() {
    const { id, older, fresh, messages } = this.room;
    if (this.reaching || !older || !fresh) return;
    this.reaching = true;
    this.#changed();
    try {
      const before = messages[0].id;
      const page = await this.#asked(id, { room: id, before, limit: PAGE });
      this.#rooms = paged(this.#rooms, id, page.messages ?? [], before);
    } catch (error) {
      this.#failed(error);
    }
    this.reaching = false;
    this.#changed();
  }

  async #asked(id, data) {
    try {
      return await this.#socket.request("getChat", { data });
    } catch (error) {
      if (error.code === "noSuchRoom") this.#rooms = closed(this.#rooms, id);
      throw error;
    }
  }

  /** To have got the newest page is to have read it: a page of one message tells the server so. */
  #readSoon() {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#readAt = Date.now();
      if (this.#reading && !this.#ended) this.#socket.request("getChat", { data: { room: this.here, limit: 1 } }).catch(() => {});
    }, Math.max(0, this.#readAt + READ_MS - Date.now()));
  }

  #failed(error) {
    if (!MENDS.has(error.code) && error.code !== "noSuchRoom") this.problem = error;
  }

  // What the person does.

  /** Opens the room of that name, or finds it. Rejects with the server's error. */
  addRoom(name) {
    return this.#add({ name });
  }

  /** Opens the private room with that user, or finds it; says why not. */
  async alone(username) {
    try {
      await this.#add({ with: username });
    } catch (error) {
      const text = error.code === "noSuchRoom" ? say("talkNobody", { name: username }) : sayError(error);
      this.#told({ text, warn: true });
    }
  }

  async #add(data) {
    const { id, names } = await this.#socket.request("addRoom", { data });
    if (this.#ended) return;
    this.#rooms = opened(this.#rooms, { id, names });
    this.choose(id);
  }

  /** Says it in that room; `done` once it is on its way, which may be after a name was asked for. */
  say(room, text, done) {
    this.#area.withName("talk", () => {
      this.outbox.say(room, text);
      done();
    });
  }

  /** Another area is looked at; what is not said yet waits for the return. */
  end() {
    this.#kept.end();
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
