// What one does about one's own name in an area: another name or picture, in place, and signing out, with a way back. Loaded with the first
// of these.

import { say, sayError } from "../texts.js";
import { nameForm } from "./naming.js";

/** Opens the form in `slot`, on the picture's part if it is about the `picture`; `back()` closes it. */
export function changeName({ area, slot, picture, tell, back }) {
  const before = area.me.username;
  nameForm({
    slot,
    name: before,
    img: area.me.img,
    picture,
    go: say(picture ? "pictureSave" : "nameChange"),
    take: (name, img) => area.takeName(name, img),
    done: () => {
      back();
      tell({ text: area.me.username === before ? say("pictureSaved") : say("renamed", { name: area.me.username }) });
    },
    cancel: back,
  });
}

/** Signs out of the area; the way back takes the name again, and the vote along. */
export async function leave(area, tell) {
  const { username } = area.me;
  const fs = area.state?.venues.get(area.vote);
  const failed = (error) => tell({ text: sayError(error), warn: true });
  try {
    await area.leave();
  } catch (error) {
    return failed(error);
  }
  const back = () => {
    area.asking = { fs };
    area.takeName(username).catch(failed);
  };
  tell({ text: say("left", { area: area.name }), actions: [[say("comeBack"), back]] });
}
