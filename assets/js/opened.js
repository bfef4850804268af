// What is open over the page (a dialog, a panel, a list of suggestions), so that Back closes it first. Each open thing is an entry
// of the browser's history; knows nothing of what it is.

/** From the outermost to the innermost: `{shut, entered}`. */
const open = [];
/** Our own steps back that the browser has not taken yet. */
let leaving = 0;

/**
 * Something has been opened. `shut()` takes it away when the person goes back, or elsewhere. Returns what is to be called when it
 * is closed in any other way; calling it twice does no harm.
 */
export function opened(shut) {
  const entry = { shut, entered: false };
  open.push(entry);
  if (!leaving) enter(entry);
  return () => closed(entry);
}

function enter(entry) {
  entry.entered = true;
  history.pushState({ opened: depth() }, "");
}

const depth = () => open.filter((entry) => entry.entered).length;

function closed(entry) {
  const at = open.indexOf(entry);
  if (at < 0) return;
  // What was opened from within it goes with it.
  const gone = open.splice(at);
  for (const inner of gone.slice(1).reverse()) inner.shut();
  const steps = gone.filter(({ entered }) => entered).length;
  if (!steps) return;
  leaving += 1;
  history.go(-steps);
}

addEventListener("popstate", ({ state }) => {
  if (leaving) {
    leaving -= 1;
    // What was opened meanwhile had to wait: the step back would have closed it.
    if (!leaving) for (const entry of open) if (!entry.entered) enter(entry);
    return;
  }
  while (depth() > (state?.opened ?? 0)) open.pop().shut();
});
