// How a person is drawn: initials on a colour of the name's own, or an emoji. Pictures from elsewhere are not asked for.

import { compared, hue, initials } from "../names.js";
import { h } from "./dom.js";

export function avatar({ username, img = "" }) {
  const emoji = img.startsWith("emoji:") ? img.slice("emoji:".length) : "";
  const el = h("span", { class: "avatar", "aria-hidden": "true" }, emoji || initials(username));
  el.style.setProperty("--hue", hue(username));
  return el;
}

/** Avatar and name, for lists. */
export const chip = (user, note = "") =>
  h("span", { class: "chip" }, avatar(user), h("bdi", {}, user.username), note && h("span", { class: "note" }, ` ${note}`));

/** What tells whether a person would be drawn the same. */
export const personKey = ({ username, img }) => `${compared(username)}\n${username}\n${img ?? ""}`;
