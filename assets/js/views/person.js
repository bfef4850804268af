// How a person is drawn: initials on a colour of the name's own, an emoji, or a picture from elsewhere, where the person at this
// browser has said that those may be shown (pictures.js asks).

import { compared, hue, initials } from "../names.js";
import { say } from "../texts.js";
import { h } from "./dom.js";

const EMOJI = "emoji:";
/** Whether the sites that pictures come from may be asked for them. */
export const elsewhere = { shown: false };
/** Addresses that gave no picture, so that they are not asked again with every redraw. */
const broken = new Set();

/** Whether that is a picture that another site has. */
export const isElsewhere = (img = "") => img.startsWith("https:");

export function avatar({ username, img = "" }) {
  const letters = () => initials(username);
  const el = h("span", { class: "avatar", "aria-hidden": "true" });
  el.style.setProperty("--hue", hue(username));
  if (img.startsWith(EMOJI)) {
    el.classList.add("emoji");
    el.append(img.slice(EMOJI.length));
  } else if (isElsewhere(img) && elsewhere.shown && !broken.has(img)) {
    const onerror = () => {
      broken.add(img);
      el.replaceChildren(letters());
    };
    // The address last: what it may tell, and when it is fetched, has to be said before.
    el.append(h("img", { alt: "", width: 28, height: 28, referrerPolicy: "no-referrer", loading: "lazy", decoding: "async", onerror, src: img }));
  } else {
    el.append(letters());
  }
  return el;
}

/** Avatar and name, for lists. */
export const chip = (user, note = "") =>
  h("span", { class: "chip" }, avatar(user), h("bdi", {}, user.username), note && h("span", { class: "note" }, ` ${note}`));

/** What tells whether a person would be drawn the same. */
export const personKey = ({ username, img = "" }) => `${compared(username)}\n${username}\n${img}${isElsewhere(img) && elsewhere.shown}`;

/** Makes `items` the list's own: the first `max` of them, the rest a tap away, until the list is of something else. */
export function shorten(list, max, items) {
  const focused = list.contains(document.activeElement);
  const rest = items.length - max;
  const whole = rest < 2 || list.dataset.whole;
  const more = h("button", { type: "button", class: "button link" }, say("andMore", { n: rest }));
  more.onclick = () => {
    list.dataset.whole = "yes";
    shorten(list, max, items);
  };
  list.replaceChildren(...(whole ? items : [...items.slice(0, max), h("li", {}, more)]));
  if (!focused) return;
  const next = whole ? items[Math.min(max, items.length - 1)] : more;
  if (whole) next.tabIndex = -1;
  next.focus();
}
