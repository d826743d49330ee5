// The `data_visualization` block: drawn as SVG at the width there is; its figures also stand in a table.

import { h, svg } from "../base/dom.js";
import { number, t } from "../base/words.js";

const HEIGHT = 240;
const TOP = 12;
const BOTTOM = 44;
const LEAST_WIDTH = 240;
const COLOURS = 6;

export function chart(block) {
  const drawn = block.chart ?? {};
  const series = seriesOf(drawn);
  const categories = drawn.type === "pie" ? [] : drawn.axis_config?.categories ?? series[0]?.data.map((point) => point.label) ?? [];
  const title = typeof block.title === "string" ? block.title : block.title?.text ?? "";
  const place = h("div", { class: "chart-place" });
  const figure = h("figure", { class: "chart" }, h("figcaption", {}, title), place, legend(drawn, series), figures(drawn, series, categories, title));
  const draw = () => place.replaceChildren(drawing(drawn, series, categories, title, Math.max(place.clientWidth, LEAST_WIDTH)));
  let width = 0;
  new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    draw();
  }).observe(place);
  draw();
  return figure;
}

function seriesOf(drawn) {
  if (drawn.type !== "pie") return drawn.series ?? [];
  return (drawn.segments ?? []).map((segment) => ({ name: segment.label, data: [segment] }));
}

function drawing(drawn, series, categories, title, width) {
  const label = t("chartSays", { kind: t(drawn.type in KINDS ? drawn.type : "bar"), title });
  const picture = svg("svg", { role: "img", "aria-label": label, viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT });
  if (drawn.type === "pie") picture.append(...pie(drawn.segments ?? [], width));
  else picture.append(...axes(drawn, series, categories, width, KINDS[drawn.type] ?? bars));
  return picture;
}

const KINDS = { bar: bars, line: lines, area: areas, pie };

function axes(drawn, series, categories, width, kind) {
  const values = series.flatMap((one) => one.data.map((point) => Number(point.value) || 0));
  const ticks = niceTicks(Math.min(0, ...values), Math.max(1, ...values));
  const left = 20 + 7 * Math.max(...ticks.map((tick) => compact(tick).length)) + (drawn.axis_config?.y_label ? 16 : 0);
  const box = { left, right: width - 10, top: TOP, bottom: HEIGHT - BOTTOM };
  const [low, high] = [ticks[0], ticks.at(-1)];
  const y = (value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
  const slot = (box.right - box.left) / Math.max(categories.length, 1);
  const x = (n) => box.left + slot * (n + 0.5);
  return [
    ...ticks.flatMap((tick) => [
      svg("line", { class: tick === 0 ? "axis" : "grid", x1: box.left, x2: box.right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: box.left - 8, y: y(tick) + 4, "text-anchor": "end" }, compact(tick)),
    ]),
    ...categoryLabels(categories, x, slot, box),
    ...axisLabels(drawn.axis_config ?? {}, box),
    ...kind(series, { x, y, slot, box, categories }),
  ];
}

/** As many labels as there is room for, each shortened to its place. */
function categoryLabels(categories, x, slot, box) {
  const longest = Math.max(...categories.map((one) => String(one).length), 1);
  const every = Math.max(1, Math.ceil(Math.min(longest, 12) * 6.8 / slot));
  return categories.flatMap((category, n) => {
    if (n % every) return [];
    const room = Math.max(3, Math.floor((slot * every) / 6.4));
    const text = String(category).length > room ? `${String(category).slice(0, room - 1)}…` : category;
    return [svg("text", { class: "tick", x: x(n), y: box.bottom + 17, "text-anchor": "middle" }, text)];
  });
}

function axisLabels({ x_label: across, y_label: up }, box) {
  const middle = (box.top + box.bottom) / 2;
  return [
    across && svg("text", { class: "axis-label", x: (box.left + box.right) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, across),
    up && svg("text", { class: "axis-label", x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` }, up),
  ].filter(Boolean);
}

function bars(series, { x, y, slot }) {
  const wide = Math.max(2, Math.min(36, (slot * 0.72) / Math.max(series.length, 1)));
  return series.flatMap((one, s) =>
    one.data.map((point, n) => {
      const value = Number(point.value) || 0;
      const left = x(n) + (s - series.length / 2) * wide + 1;
      const edge = { x: left, width: Math.max(1, wide - 2), y: Math.min(y(value), y(0)), height: Math.abs(y(value) - y(0)), rx: 2 };
      return svg("rect", { class: `fill-${s % COLOURS}`, ...edge }, told(one, point));
    }),
  );
}

function lines(series, { x, y }) {
  return series.flatMap((one, s) => [
    svg("polyline", { class: `stroke-${s % COLOURS}`, points: one.data.map((point, n) => `${x(n)},${y(point.value)}`).join(" ") }),
    ...one.data.map((point, n) => svg("circle", { class: `fill-${s % COLOURS}`, cx: x(n), cy: y(point.value), r: 3.5 }, told(one, point))),
  ]);
}

function areas(series, scale) {
  const { x, y } = scale;
  const fills = series.map((one, s) => {
    const edge = one.data.map((point, n) => `${x(n)},${y(point.value)}`);
    const floor = [`${x(one.data.length - 1)},${y(0)}`, `${x(0)},${y(0)}`];
    return svg("polygon", { class: `area fill-${s % COLOURS}`, points: [...edge, ...floor].join(" ") });
  });
  return [...fills, ...lines(series, scale)];
}

function pie(segments, width) {
  const total = segments.reduce((sum, one) => sum + (Number(one.value) || 0), 0) || 1;
  const [cx, cy, r] = [width / 2, HEIGHT / 2, HEIGHT / 2 - 10];
  let from = -Math.PI / 2;
  return segments.map((segment, s) => {
    const share = (Number(segment.value) || 0) / total;
    const to = from + share * 2 * Math.PI;
    const [x1, y1, x2, y2] = [cx + r * Math.cos(from), cy + r * Math.sin(from), cx + r * Math.cos(to), cy + r * Math.sin(to)];
    from = to;
    const look = { class: `slice fill-${s % COLOURS}` };
    const says = svg("title", {}, `${segment.label}: ${number(segment.value)}`);
    if (share > 0.9999) return svg("circle", { ...look, cx, cy, r }, says);
    return svg("path", { ...look, d: `M${cx},${cy} L${x1},${y1} A${r},${r} 0 ${share > 0.5 ? 1 : 0} 1 ${x2},${y2} Z` }, says);
  });
}

function told(one, point) {
  return svg("title", {}, `${one.name}, ${point.label}: ${number(point.value)}`);
}

function legend(drawn, series) {
  if (!series.length || (series.length === 1 && drawn.type !== "pie" && !series[0].name)) return null;
  const values = drawn.type === "pie";
  return h("ul", { class: "legend", "aria-hidden": "true" }, series.map((one, s) =>
    h("li", {}, h("span", { class: `swatch back-${s % COLOURS}` }), one.name, values ? ` ${number(one.data[0].value)}` : null)));
}

function figures(drawn, series, categories, title) {
  const rows = drawn.type === "pie"
    ? series.map((one) => [one.name, one.data[0].value])
    : categories.map((category, n) => [category, ...series.map((one) => one.data[n]?.value ?? "")]);
  const head = drawn.type === "pie" ? null : h("thead", {}, h("tr", {}, h("td"), series.map((one) => h("th", { scope: "col" }, one.name))));
  const body = rows.map(([name, ...values]) => h("tr", {}, h("th", { scope: "row" }, name), values.map((value) => h("td", { class: "end" }, value === "" ? "" : number(value)))));
  const table = h("table", { class: "table" }, h("caption", { class: "unseen" }, title), head, h("tbody", {}, body));
  return h("details", { class: "figures" }, h("summary", {}, t("figures")), h("div", { class: "table-scroll" }, table));
}

function niceTicks(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) * power);
  const ticks = [];
  for (let tick = Math.floor(low / step) * step; tick < high + step; tick += step) ticks.push(tick);
  return ticks;
}

function compact(value) {
  return new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}
