// One chart: its lines as SVG with axes and units, the values of now or of the moment that one points at, and the same as a table.
// Knows not where its points come from.

import { clock, said, short } from "./format.js";
import { linear, minutes, nearest, path, ticks } from "./scale.js";

const SVG = "http://www.w3.org/2000/svg";
/** Of the drawing, in rem: its height, and the room for the axes' words. */
const SIZE = { height: 8.5, left: 3.5, right: 0.75, top: 0.75, bottom: 1.5 };
/** So far apart are the rows of the table; each second would be three hundred. */
const ROW_MS = 30_000;
/** A value this old is none of that moment. */
const NEAR_MS = 2_000;
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30, PageUp: 30, Home: -Infinity, End: Infinity };

function html(tag, attributes = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  el.append(...children);
  return el;
}

function svg(tag, attributes = {}, ...children) {
  const el = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  el.append(...children);
  return el;
}

const write = (el, text) => el.textContent !== text && (el.textContent = text);
const remPx = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

/** `spec` is one of series.js, `of` whose chart it is, for who hears it. */
export function chart(spec, of) {
  const [moment, values] = [html("span", { class: "chart-moment" }), html("ul", { class: "chart-values" })];
  const numbers = spec.lines.map(([, name], i) => {
    const number = html("b");
    const sample = svg("svg", { class: "chart-sample", viewBox: "0 0 24 8", "aria-hidden": "true" }, svg("path", { class: `chart-line line-${i}`, d: "M2 4H22" }));
    values.append(html("li", {}, ...(spec.lines.length > 1 ? [html("span", { class: "chart-name" }, sample, name)] : []), number));
    return number;
  });
  const drawing = svg("svg", { "aria-hidden": "true" });
  const plot = html("div", { class: "chart-plot", role: "slider", tabindex: "0", "aria-label": `${spec.title} of ${of}, at a moment`, "aria-valuemax": "0" }, drawing);
  const summary = html("summary", {}, "Table", html("span", { class: "unseen" }, ` of ${spec.title}, ${of}`));
  const rows = html("tbody");
  const head = html("tr", {}, ...["Time", ...spec.lines.map(([, name]) => name)].map((name) => html("th", { scope: "col" }, name)));
  const table = html("details", { class: "chart-table" }, summary, html("table", {}, html("thead", {}, head), rows));
  const title = html("h3", {}, spec.title, " ", html("span", { class: "chart-unit" }, spec.unit), moment);
  const el = html("div", { class: "chart" }, title, values, plot, table);

  /** `{at, windowMs, lines, most}` as it was last drawn; `lines` are points, by line. */
  let shown = null;
  /** The moment that one points at, ms of the store; null is now. */
  let pointed = null;
  new ResizeObserver(() => draw()).observe(plot);

  const valueAt = (points, at) => {
    const point = nearest(points, at);
    return point && Math.abs(point.at - at) < NEAR_MS ? point.value : null;
  };

  function draw() {
    if (!shown || plot.clientWidth === 0) return;
    const rem = remPx();
    const [width, height] = [plot.clientWidth, SIZE.height * rem];
    const from = shown.at - shown.windowMs;
    const marks = ticks(shown.most, spec.base);
    const x = linear(from, shown.at, SIZE.left * rem, width - SIZE.right * rem);
    const y = linear(0, marks.at(-1), height - SIZE.bottom * rem, SIZE.top * rem);
    const [bottom, end] = [y(0), x(shown.at)];
    const across = marks.map((value) => svg("path", { class: value === 0 ? "chart-axis" : "chart-grid", d: `M${x(from)} ${y(value)}H${end}` }));
    const amounts = marks.map((value) => svg("text", { class: "chart-tick", x: x(from) - 0.5 * rem, y: y(value), "text-anchor": "end", "dominant-baseline": "middle" }, axisWords(value)));
    const times = minutes(from, shown.at, width < 17 * rem ? 3 : 6).flatMap((at) => [
      svg("path", { class: "chart-axis", d: `M${x(at)} ${bottom}v${0.25 * rem}` }),
      svg("text", { class: "chart-tick", x: Math.min(x(at), width - 1.25 * rem), y: height - 0.25 * rem, "text-anchor": "middle" }, clock(at, false)),
    ]);
    const lines = shown.lines.map((points, i) => svg("path", { class: `chart-line line-${i}`, d: path(points, x, y) }));
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.replaceChildren(...across, ...amounts, ...times, ...lines.reverse(), ...cursor(x, y, bottom, SIZE.top * rem));
    words();
  }

  function cursor(x, y, bottom, top) {
    if (pointed === null) return [];
    const dots = shown.lines.flatMap((points, i) => {
      const value = valueAt(points, pointed);
      return value === null ? [] : [svg("circle", { class: `chart-dot line-${i}`, cx: x(pointed), cy: y(value), r: 4 })];
    });
    return [svg("path", { class: "chart-cursor", d: `M${x(pointed)} ${top}V${bottom}` }), ...dots];
  }

  /** On the axis a value is said as beside it, but for what the title says already. */
  const axisWords = (value) => (["cpu", "events", "waits"].includes(spec.id) ? short(value) : spec.say(value));

  function words() {
    const at = pointed ?? shown.at;
    const told = shown.lines.map((points) => said(spec.say, valueAt(points, at)));
    numbers.forEach((number, i) => write(number, told[i]));
    write(moment, pointed === null ? "" : clock(at));
    el.classList.toggle("pointed", pointed !== null);
    const all = told.map((value, i) => (told.length > 1 ? `${spec.lines[i][1]} ${value}` : value)).join(", ");
    // Who hears the page is told of the moment that was chosen, and not of every second that passes.
    if (pointed === null && document.activeElement === plot) return;
    plot.setAttribute("aria-valuemin", String(-shown.windowMs / 1000));
    plot.setAttribute("aria-valuenow", String(Math.round((at - shown.at) / 1000)));
    plot.setAttribute("aria-valuetext", `${clock(at)}: ${all}`);
  }

  function tabulate() {
    if (!table.open || !shown) return;
    const times = [];
    for (let at = Math.floor(shown.at / ROW_MS) * ROW_MS; at >= shown.at - shown.windowMs; at -= ROW_MS) times.push(at);
    const row = (at) => html("tr", {}, html("th", { scope: "row" }, clock(at)), ...shown.lines.map((points) => html("td", {}, said(spec.say, valueAt(points, at)))));
    rows.replaceChildren(...times.map(row));
  }

  function point(at) {
    const all = shown.lines.flat();
    pointed = at === null || all.length === 0 ? null : nearest(all, at).at;
    draw();
  }

  const timeAt = ({ offsetX }) => {
    const rem = remPx();
    const back = linear(SIZE.left * rem, plot.clientWidth - SIZE.right * rem, shown.at - shown.windowMs, shown.at);
    return back(offsetX);
  };
  for (const kind of ["pointermove", "pointerdown"]) plot.addEventListener(kind, (event) => shown && point(timeAt(event)));
  plot.addEventListener("pointerleave", () => shown && point(null));
  plot.addEventListener("focus", () => shown && pointed === null && plot.matches(":focus-visible") && point(shown.at));
  plot.addEventListener("blur", () => shown && point(null));
  plot.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (step === undefined || !shown) return;
    event.preventDefault();
    const [from, to] = [shown.at - shown.windowMs, shown.at];
    point(Math.min(to, Math.max(from, (pointed ?? to) + step * 1000)));
  });
  table.addEventListener("toggle", tabulate);

  return {
    el,
    render(next) {
      const newRow = !shown || Math.floor(shown.at / ROW_MS) !== Math.floor(next.at / ROW_MS);
      shown = next;
      // A moment that has left the window is now.
      if (pointed !== null && pointed < next.at - next.windowMs) pointed = null;
      draw();
      if (newRow) tabulate();
    },
  };
}
