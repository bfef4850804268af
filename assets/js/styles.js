// Style sheets of what is not seen at first: each is loaded once, when it is first needed.

const asked = new Map();

/** Resolves when `css/NAME.css` of this version is there, or is not to be had: everything works without it. */
export function style(name) {
  if (!asked.has(name)) asked.set(name, load(name));
  return asked.get(name);
}

function load(name) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`../css/${name}.css`, import.meta.url);
  const over = new Promise((done) => {
    link.onload = done;
    link.onerror = () => {
      // The next one who needs it tries again.
      asked.delete(name);
      link.remove();
      done();
    };
  });
  document.head.append(link);
  return over;
}
