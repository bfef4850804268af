// The way to the box for a place, while that is below the screen: on a phone under many places. The box's own work is add.js.

import { byId } from "./dom.js";

export function toAdd() {
  const button = byId("to-add");
  button.onclick = () => byId("find").focus();
  // What was scrolled past, or was jumped over, is no longer below: as if the screen went on upwards for ever.
  new IntersectionObserver(([seen]) => (button.hidden = seen.isIntersecting), { rootMargin: "9999999px 0px 0px" }).observe(byId("find"));
}
