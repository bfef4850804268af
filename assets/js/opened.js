// What is open over the page (a dialog, a panel, a list of suggestions), so that Back closes it first. Each open thing is an entry
// of the browser's history; knows nothing of what it is.

/** From the outermost to the innermost: `{shut, id}`; the id is 0 until the history has its entry. */
const open = [];
/** Our own steps back that the browser has not taken yet. */
let leaving = 0;
/** Ids are no depths: after a reload, or a step forward, the history still has entries of what is open no more. */
let last = Date.now();

/**
 * Something has been opened. `shut()` takes it away when the person goes back, or elsewhere. Returns what is to be called when it
 * is closed in any other way; calling it twice does no harm.
 */
export function opened(shut) {
  const entry = { shut, id: 0 };
  open.push(entry);
  if (!leaving) enter(entry);
  return () => closed(entry);
}

function enter(entry) {
  entry.id = last += 1;
  history.pushState({ opened: entry.id }, "");
}

function closed(entry) {
  const at = open.indexOf(entry);
  if (at < 0) return;
  // What was opened from within it goes with it.
  const gone = open.splice(at);
  for (const inner of gone.slice(1).reverse()) inner.shut();
  const steps = gone.filter(({ id }) => id).length;
  if (!steps) return;
  leaving += 1;
  history.go(-steps);
}

addEventListener("popstate", ({ state }) => {
  if (leaving) {
    leaving -= 1;
    // What was opened meanwhile had to wait: the step back would have closed it.
    if (!leaving) for (const entry of open) if (!entry.id) enter(entry);
    return;
  }
  const kept = open.findIndex(({ id }) => id === state?.opened) + 1;
  while (open.length > kept) open.pop().shut();
});
