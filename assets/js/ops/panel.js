// The charts of one server, or of all together, under a heading that says how it is.

import { chart } from "./chart.js";
import { clock, duration } from "./format.js";
import { CHARTS, WAITS, pointsOf, pointsOfAll } from "./series.js";

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const write = (node, text) => node.textContent !== text && (node.textContent = text);

/** `id` is the server's, or `all`. */
export function panel(id) {
  const [title, mark, state, note] = [el("h2", { id: `server-${id}` }), el("span", { class: "ops-mark" }), el("span", { class: "panel-state" }), el("p", { class: "panel-note" })];
  const grid = el("div", { class: "charts" });
  const section = el("section", { class: "panel", "aria-labelledby": title.id }, el("div", { class: "panel-head" }, title, el("p", {}, mark, state)), note, grid);
  let charts = null;

  function draw(name, shownOf) {
    charts ??= CHARTS.map((spec) => {
      const made = chart(spec, name);
      grid.append(made.el);
      return [spec, made];
    });
    for (const [spec, made] of charts) made.render(shownOf(spec));
  }

  function all({ at, windowMs, servers }) {
    write(title, "All servers");
    const there = servers.filter((server) => !server.gone).length;
    mark.dataset.state = there > 0 ? "live" : "lost";
    write(state, `${there} running`);
    write(note, `Processor, memory, connections and events are summed up; a group is counted at each server where it is followed. Waits are the worst of all. ${WAITS}`);
    draw("all servers", ({ lines, together, least }) => {
      const drawn = lines.map(([key]) => pointsOfAll({ at, windowMs, servers }, key, together));
      return { at, windowMs, lines: drawn, most: drawn.flat().reduce((most, { value }) => Math.max(most, value ?? 0), least) };
    });
  }

  function one({ at, windowMs }, server, tops) {
    const { name, last, gone } = server;
    section.classList.toggle("gone", gone);
    write(title, name);
    mark.dataset.state = gone ? "lost" : "live";
    write(state, gone ? `Gone since ${clock(last.at)}` : `Running for ${duration(last.up)}`);
    write(note, `Version ${last.version}, process ${id}`);
    draw(name, (spec) => ({ at, windowMs, lines: spec.lines.map(([key]) => pointsOf(server, key)), most: tops.get(spec.id) }));
  }

  return { el: section, render: (known, server, tops) => (server ? one(known, server, tops) : all(known)) };
}
