// Elements, and lists of them that keep their focus. All text goes in as text.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** An element with its properties (`class`, `on…`, attributes with a hyphen or `role`) and its children. */
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") el.className = value;
    else if (name.includes("-") || name === "role") el.setAttribute(name, value);
    else el[name] = value;
  }
  el.append(...children);
  return el;
}

const PATHS = {
  check: "M4 12.5 9.5 18 20 6.5",
  pin: "M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21Zm0-9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  talk: "M4 5h16v11H9l-5 4Z",
  plus: "M12 5v14M5 12h14",
};

/** A small drawing that says nothing to a screen reader: words stand beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** The bar of a row: `share` per cent of its width. */
export function bar(share) {
  const svg = document.createElementNS(SVG, "svg");
  const rect = document.createElementNS(SVG, "rect");
  svg.setAttribute("class", "bar");
  svg.setAttribute("aria-hidden", "true");
  rect.setAttribute("height", "100%");
  rect.setAttribute("rx", "5");
  svg.append(rect);
  setBar(svg, share);
  return svg;
}

export const setBar = (svg, share) => svg.firstChild.setAttribute("width", `${share}%`);

/** Writes a text only where it differs: a screen reader hears of what is new alone. */
export function setText(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

/**
 * Makes the children of `parent` be `wanted`, in that order, and never takes the one with the focus out of the page, not even
 * for a moment: the others move around it.
 */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  const pinned = wanted.findIndex((el) => el.parentNode === parent && el.contains(document.activeElement));
  if (pinned < 0) {
    place(wanted, null);
  } else {
    place(wanted.slice(0, pinned), wanted[pinned]);
    place(wanted.slice(pinned + 1), null);
  }

  function place(list, before) {
    for (let next = before, i = list.length - 1; i >= 0; next = list[i--]) {
      if (list[i].parentNode !== parent || list[i].nextElementSibling !== next) parent.insertBefore(list[i], next);
    }
  }
}
