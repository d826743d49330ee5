// The `data_visualization` block: an SVG as barWidth as its place, and a table of its figures.

import { h, svg } from "../base/dom.js";
import { number, t } from "../base/words.js";

const HEIGHT = 240;
const TOP = 12;
const BOTTOM = 44;
const LEAST_WIDTH = 240;
const COLOURS = 6;

export function chart(block) {
  const spec = block.chart ?? {};
  const series = seriesOf(spec);
  const categories = spec.type === "pie" ? [] : spec.axis_config?.categories ?? series[0]?.data.map((point) => point.label) ?? [];
  const title = typeof block.title === "string" ? block.title : block.title?.text ?? "";
  const canvas = h("div", { class: "chart-place" });
  const figure = h("figure", { class: "chart" }, h("figcaption", {}, title), canvas, legend(spec, series), figures(spec, series, categories, title));
  const draw = () => canvas.replaceChildren(drawChart(spec, series, categories, title, Math.max(canvas.clientWidth, LEAST_WIDTH)));
  let width = 0;
  new ResizeObserver(() => {
    if (canvas.clientWidth === width) return;
    width = canvas.clientWidth;
    draw();
  }).observe(canvas);
  draw();
  return figure;
}

function seriesOf(spec) {
  if (spec.type !== "pie") return spec.series ?? [];
  return (spec.segments ?? []).map((segment) => ({ name: segment.label, data: [segment] }));
}

function drawChart(spec, series, categories, title, width) {
  const label = t("chartSays", { kind: t(spec.type in KINDS ? spec.type : "bar"), title });
  const picture = svg("svg", { role: "img", "aria-label": label, viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT });
  if (spec.type === "pie") picture.append(...pie(spec.segments ?? [], width));
  else picture.append(...axes(spec, series, categories, width, KINDS[spec.type] ?? bars));
  return picture;
}

const KINDS = { bar: bars, line: lines, area: areas, pie };

function axes(spec, series, categories, width, kind) {
  const values = series.flatMap((entry) => entry.data.map((point) => Number(point.value) || 0));
  const ticks = niceTicks(Math.min(0, ...values), Math.max(1, ...values));
  const left = 20 + 7 * Math.max(...ticks.map((tick) => compact(tick).length)) + (spec.axis_config?.y_label ? 16 : 0);
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
    ...axisLabels(spec.axis_config ?? {}, box),
    ...kind(series, { x, y, slot, box, categories }),
  ];
}

/** As many labels as there is room for, shortened to fit. */
function categoryLabels(categories, x, slot, box) {
  const longest = Math.max(...categories.map((category) => String(category).length), 1);
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
  const barWidth = Math.max(2, Math.min(36, (slot * 0.72) / Math.max(series.length, 1)));
  return series.flatMap((entry, s) =>
    entry.data.map((point, n) => {
      const value = Number(point.value) || 0;
      const left = x(n) + (s - series.length / 2) * barWidth + 1;
      const edge = { x: left, width: Math.max(1, barWidth - 2), y: Math.min(y(value), y(0)), height: Math.abs(y(value) - y(0)), rx: 2 };
      return svg("rect", { class: `fill-${s % COLOURS}`, ...edge }, tooltipOf(entry, point));
    }),
  );
}

function lines(series, { x, y }) {
  return series.flatMap((entry, s) => [
    svg("polyline", { class: `stroke-${s % COLOURS}`, points: entry.data.map((point, n) => `${x(n)},${y(point.value)}`).join(" ") }),
    ...entry.data.map((point, n) => svg("circle", { class: `fill-${s % COLOURS}`, cx: x(n), cy: y(point.value), r: 3.5 }, tooltipOf(entry, point))),
  ]);
}

function areas(series, scale) {
  const { x, y } = scale;
  const fills = series.map((entry, s) => {
    const edge = entry.data.map((point, n) => `${x(n)},${y(point.value)}`);
    const floor = [`${x(entry.data.length - 1)},${y(0)}`, `${x(0)},${y(0)}`];
    return svg("polygon", { class: `area fill-${s % COLOURS}`, points: [...edge, ...floor].join(" ") });
  });
  return [...fills, ...lines(series, scale)];
}

function pie(segments, width) {
  const total = segments.reduce((sum, segment) => sum + (Number(segment.value) || 0), 0) || 1;
  const [cx, cy, r] = [width / 2, HEIGHT / 2, HEIGHT / 2 - 10];
  let from = -Math.PI / 2;
  return segments.map((segment, s) => {
    const share = (Number(segment.value) || 0) / total;
    const to = from + share * 2 * Math.PI;
    const [x1, y1, x2, y2] = [cx + r * Math.cos(from), cy + r * Math.sin(from), cx + r * Math.cos(to), cy + r * Math.sin(to)];
    from = to;
    const attributes = { class: `slice fill-${s % COLOURS}` };
    const tooltip = svg("title", {}, `${segment.label}: ${number(segment.value)}`);
    if (share > 0.9999) return svg("circle", { ...attributes, cx, cy, r }, tooltip);
    return svg("path", { ...attributes, d: `M${cx},${cy} L${x1},${y1} A${r},${r} 0 ${share > 0.5 ? 1 : 0} 1 ${x2},${y2} Z` }, tooltip);
  });
}

function tooltipOf(entry, point) {
  return svg("title", {}, `${entry.name}, ${point.label}: ${number(point.value)}`);
}

function legend(spec, series) {
  if (!series.length || (series.length === 1 && spec.type !== "pie" && !series[0].name)) return null;
  const values = spec.type === "pie";
  return h("ul", { class: "legend", "aria-hidden": "true" }, series.map((entry, s) =>
    h("li", {}, h("span", { class: `swatch back-${s % COLOURS}` }), entry.name, values ? ` ${number(entry.data[0].value)}` : null)));
}

function figures(spec, series, categories, title) {
  const rows = spec.type === "pie"
    ? series.map((entry) => [entry.name, entry.data[0].value])
    : categories.map((category, n) => [category, ...series.map((entry) => entry.data[n]?.value ?? "")]);
  const head = spec.type === "pie" ? null : h("thead", {}, h("tr", {}, h("td"), series.map((entry) => h("th", { scope: "col" }, entry.name))));
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
