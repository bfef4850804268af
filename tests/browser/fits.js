// Whether a page fits its screen. Knows nothing of what is on it.

import assert from "node:assert/strict";

/** Nothing sticks out of the page, so nothing scrolls sideways. */
export async function fits(person, what) {
  const wide = await person.page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const seen = [...document.querySelectorAll("body *")].filter((el) => el.checkVisibility() && !el.closest(".unseen"));
    const ends = (el) => [el.getBoundingClientRect().left + scrollX, el.getBoundingClientRect().right + scrollX];
    const out = seen.filter((el) => ends(el)[0] < -0.5 || ends(el)[1] > width + 0.5);
    const told = (el) => `${el.tagName} ${el.id} ${el.getAttribute("class")} from ${ends(el).map(Math.round).join(" to ")}`;
    return { scroll: document.documentElement.scrollWidth - width, out: out.slice(0, 9).map(told) };
  });
  assert.deepEqual(wide, { scroll: 0, out: [] }, what);
}
