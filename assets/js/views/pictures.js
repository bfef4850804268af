// Pictures from elsewhere: asks, once, whether they may be shown, and lets that be taken back. Loaded when somebody has one.

import { say } from "../texts.js";
import { h, setText } from "./dom.js";
import { elsewhere } from "./person.js";

/** In `box`; `redraw()` draws everyone anew. */
export function pictures({ box, memory, redraw }) {
  const words = h("p", {});
  const button = h("button", { type: "button", class: "button link" });
  let people = [];

  box.append(words, button);
  // One button for both, so that the focus stays where it is.
  button.onclick = () => {
    memory.pictures = elsewhere.shown = !elsewhere.shown;
    draw();
    redraw();
  };

  function draw() {
    box.hidden = people.length === 0;
    const [first, ...more] = people;
    if (!first) return;
    const who = more.length ? say("picturesMore", { name: first.username, n: more.length }) : say("picturesOne", { name: first.username });
    setText(words, elsewhere.shown ? say("picturesShown") : who);
    setText(button, say(elsewhere.shown ? "picturesHide" : "picturesShow"));
  }

  return {
    /** Those who have such a picture. */
    render(list) {
      people = list;
      draw();
    },
  };
}
