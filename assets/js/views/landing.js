// The landing page: name a group, take up a recent one, see that others are deciding too.

import { madeUpName } from "../made-up.js";
import { AREA_MAX, areaName } from "../names.js";
import { addressOf } from "../router.js";
import { say } from "../texts.js";
import { hyphened } from "../typed-names.js";
import { byId, h, setText } from "./dom.js";

/** `go(area)` opens an area; `origin` begins the links that are handed out. Returns what main.js tells of. */
export function landing({ memory, origin, go }) {
  const field = byId("group");
  const error = byId("group-error");
  const link = byId("group-link");
  const idea = madeUpName();

  byId("group-idea").replaceChildren(
    say("groupIdea"), " ",
    h("button", { type: "button", class: "button link", onclick: () => go(idea) }, idea),
  );

  function wrong(text) {
    setText(error, text);
    field.toggleAttribute("aria-invalid", Boolean(text));
    if (text) field.setAttribute("aria-invalid", "true");
  }

  field.oninput = () => {
    const typed = hyphened(field.value);
    const area = areaName(typed);
    link.replaceChildren(...(area ? [`${say("groupLink")} `, h("bdi", {}, `${origin.replace(/^https?:\/\//, "")}/a/${area}`)] : []));
    wrong(typed && !area ? say([...typed].length > AREA_MAX ? "groupLong" : "groupBad") : "");
  };

  // Somebody may have typed before this was there.
  if (field.value) field.oninput();

  byId("group-form").onsubmit = (event) => {
    event.preventDefault();
    const typed = hyphened(field.value);
    const area = areaName(typed);
    if (area) return go(area);
    wrong(say(!typed ? "groupEmpty" : [...typed].length > AREA_MAX ? "groupLong" : "groupBad"));
    field.focus();
  };

  return {
    /** The page is shown, perhaps because an address named no area. */
    show(bad) {
      const recent = memory.recent;
      byId("recent").hidden = recent.length === 0;
      const item = (area) => h("li", {}, h("a", { href: addressOf(area), class: "button quiet", dir: "auto" }, area));
      byId("recent-list").replaceChildren(...recent.map(item));
      wrong(bad === undefined ? "" : say("groupBadLink", { raw: bad.slice(0, AREA_MAX) }));
    },
    /** So many people follow any area. */
    count: (live) => setText(byId("live-count"), live > 1 ? say("liveCount", { n: live }) : ""),
  };
}
