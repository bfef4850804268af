// A person at a browser: what they do, what they see, and what their browser complains of. Knows the page as people know it, by
// its words; the words are the page's own.

import { say } from "../english.js";
import { PATIENCE_MS, become, until } from "./wait.js";

/** What Chromium itself says of a connection that the test has broken, the service worker's too. Our own page says nothing to the console. */
export const BROKEN_NETWORK =
  /net::ERR_|WebSocket connection to .* failed|WebSocket is already in CLOSING|An unknown error occurred when fetching the script/;

export class Person {
  /** What their browser sent and heard over sockets, event by event. */
  sent = [];
  heard = [];
  /** The latest of their sockets. */
  socket = null;
  /** Errors and warnings on the console, exceptions, breaches of the content security policy. */
  complaints = [];
  /** Complaints that the test itself brings about. */
  #expected = [];

  constructor(context, page, { base, touch }) {
    Object.assign(this, { context, page, base, touch });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(String(error.stack ?? error)));
    page.on("websocket", (socket) => {
      this.socket = socket;
      const events = (frame) => [JSON.parse(frame.payload)].flat();
      socket.on("framesent", (frame) => this.sent.push(...events(frame)));
      socket.on("framereceived", (frame) => this.heard.push(...events(frame)));
    });
  }

  /** Complaints like this one are the test's own doing. */
  expect(pattern) {
    this.#expected.push(pattern);
    return this;
  }

  get unexpected() {
    return this.complaints.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }

  // Doing.

  goto(path) {
    return this.page.goto(this.base + path);
  }

  /** Opens an area, and waits until it is live. */
  async enter(area) {
    await this.goto(`/a/${encodeURIComponent(area)}`);
    await this.isLive();
    return this;
  }

  /** With a finger or with a mouse, as the device has it. */
  press(target) {
    return this.touch ? target.tap() : target.click();
  }

  async type(place) {
    await this.page.fill("#find", place);
  }

  /** Types a place's name and takes the last suggestion. */
  async writeIn(place) {
    await this.type(place);
    await this.press(this.suggestion(say("writeIn", { name: place })));
  }

  vote(place) {
    return this.press(this.voteButton(place));
  }

  async giveName(name) {
    await this.nameField.fill(name);
    await this.press(this.nameForm.locator("[type=submit]"));
  }

  /** A place, a name, and the vote is there. */
  async suggest(place, name) {
    await this.writeIn(place);
    if (name) await this.giveName(name);
    await this.standsFor(place);
  }

  // What is on the page.

  row(place) {
    return this.page.locator("#rows > .row").filter({ has: this.page.getByRole("heading", { name: place, exact: true }) });
  }

  voteButton(place) {
    return this.row(place).locator(".vote");
  }

  suggestion(name) {
    return this.page.getByRole("option").filter({ has: this.page.locator(".option-name").getByText(name, { exact: true }) });
  }

  get nameForm() {
    return this.page.locator(".name-form");
  }

  get nameField() {
    return this.page.locator("#name");
  }

  get notice() {
    return this.page.locator("#notice");
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** The standings, as a person reads them: `[["Ramen", "2 votes", "Ann, Bob"]]`. */
  standings() {
    return this.page.locator("#rows > .row").evaluateAll((rows) => {
      const text = (row, selector) => row.querySelector(selector).textContent;
      const voters = (row) => [...row.querySelectorAll(".voters bdi")].map((name) => name.textContent).join(", ");
      return rows.map((row) => [text(row, "h3"), text(row, ".votes"), voters(row)]);
    });
  }

  // Seeing, sooner or later.

  isLive() {
    return this.linkSays("linkLive");
  }

  linkSays(name) {
    return become(`the page says “${say(name)}”`, () => this.page.locator("#link-words").textContent(), say(name));
  }

  /** `[["Ramen", "2 votes", "Ann, Bob"], …]`, in this order and nothing else. */
  sees(...rows) {
    return become("the standings are so", () => this.standings(), rows);
  }

  /** The page says that the own vote is there. */
  standsFor(place) {
    return become(`the own vote is for ${place}`, () => this.voteButton(place).locator("span").first().textContent(), say("yourVote"));
  }

  /** A text that is to be read. */
  reads(text) {
    return this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  noticeSays(text) {
    return become("the notice says so", () => this.notice.locator("p").textContent({ timeout: 1_000 }), text);
  }

  readsNoMore(text) {
    return until(`“${text}” is gone`, async () => (await this.page.getByText(text).filter({ visible: true }).count()) === 0);
  }
}
