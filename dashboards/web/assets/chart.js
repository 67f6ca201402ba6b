// Small line charts, drawn by uPlot. What a chart shows is also in a table or tile beside it: a chart is a picture, with a sentence for who cannot see it.
import uPlot from "./vendor/uplot/uPlot.esm.js";
import { attr, el, say } from "./dom.js";
import { hour, second } from "./format.js";

const height = 128;
const dashes = [[], [7, 4], [2, 3], [10, 3, 2, 3], []];
const widths = [2, 2, 2, 2, 1];
const charts = new Set();

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A Chart draws up to five lines. format turns a value into text; about is what the chart is of; scale is "linear", "log" or
// "rate"; whole says that there is nothing between whole numbers.
export class Chart {
  constructor(host, { about, format, scale = "linear", marks = true, whole = false }) {
    Object.assign(this, { host, about, format, scale, marks, whole, keys: "", data: null, plot: null });
    this.picture = el("div", { class: "chart", role: "img", "aria-label": about });
    this.readout = el("p", { class: "readout", "aria-hidden": "true" });
    host.append(this.picture, this.readout);
    new ResizeObserver(() => this.resize()).observe(this.picture);
    charts.add(this);
  }

  // set shows lines [{key, label, values, slot}] over times (seconds since 1970). The slot, 1 to 5, is a line's colour and dash: 1 is for what is wrong.
  set(times, lines, sentence) {
    this.lines = lines.slice(0, dashes.length).map((l, i) => ({ slot: i + 1, ...l }));
    const any = this.lines.some((l) => l.values.some((v) => v !== null));
    this.data = any ? [times, ...this.lines.map((l) => l.values)] : [[]];
    this.picture.setAttribute("aria-label", sentence ? `${this.about}. ${sentence}` : this.about);
    const keys = this.lines.map((l) => l.key).join("\n");
    if (this.plot && keys === this.keys && any) this.plot.setData(this.data);
    else this.draw();
    this.keys = keys;
    if (!this.plot || this.plot.cursor.idx == null) this.tell(this.data[0].length - 1);
  }

  draw() {
    this.plot?.destroy();
    this.plot = null;
    const width = this.picture.clientWidth;
    if (!this.data?.[0].length || width < 50) return;
    const ink = css("--dim");
    const grid = { stroke: css("--grid"), width: 1 };
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: ink, grid, ticks: { show: false }, font };
    this.plot = new uPlot({
      width, height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 5 } },
      padding: [8, 26, 0, 0],
      scales: {
        x: { time: true, range: (_, min, max) => [Math.min(min, max - 60), max] },
        y: scales[this.scale],
      },
      axes: [
        { ...axis, size: 26, space: 80, values: (u, ticks) => ticks.map((t) => (u.valToPos(t, "x") < 30 ? "" : t % 60 ? second(t) : hour(t))) },
        { ...axis, size: 62, space: 28, splits: splits[this.scale], filter: (_, ticks) => ticks, values: (_, ticks) => ticks.map((t) => (t === null || this.whole && !Number.isInteger(t) ? "" : this.format(t))) },
      ],
      series: [{}, ...this.lines.map(({ slot }) => ({ stroke: css(`--s${slot}`), width: widths[slot - 1], dash: dashes[slot - 1], points: { show: false }, spanGaps: false }))],
      hooks: { setCursor: [(u) => this.tell(u.cursor.idx ?? this.data[0].length - 1)] },
    }, this.data, this.picture);
  }

  // tell writes the values at a moment below the picture. Without marks of its own a chart has a table beneath it that says them; then it is for the
  // moment that someone points at.
  tell(i) {
    const at = this.data?.[0][i];
    if (at === undefined || !this.marks && this.plot?.cursor.idx == null) {
      this.readout.replaceChildren(at === undefined ? "nothing yet" : "");
      return;
    }
    if (this.readout.children.length === 0) this.readout.replaceChildren();
    const text = this.lines.map((l, j) => `${l.label} ${this.format(this.data[j + 1][i])}`);
    const now = [second(at), ...text];
    while (this.readout.children.length > now.length) this.readout.lastChild.remove();
    now.forEach((t, j) => {
      let part = this.readout.children[j];
      if (!part) {
        part = el("span", {}, this.marks && j > 0 ? el("span") : null, el("span"));
        this.readout.append(part);
      }
      if (!part.lastElementChild) part.append(el("span"));
      if (this.marks && j > 0) attr(part.firstElementChild, "class", `mark m${this.lines[j - 1].slot}`);
      say(part.lastElementChild, t);
    });
  }

  resize() {
    const width = this.picture.clientWidth;
    if (!this.plot) this.draw();
    else if (width > 50 && Math.abs(this.plot.width - width) > 1) this.plot.setSize({ width, height });
  }
}

// A rate's scale is linear up to one percent and then logarithmic: what always fails must not press those flat that fail sometimes.
const bend = 0.01;
const marks = [0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

const scales = {
  linear: { range: (_, min, max) => [Math.min(0, min), max > 0 ? max * 1.08 : 1] },
  log: { distr: 3, range: logRange },
  rate: { distr: 4, asinh: bend, range: (_, min, max) => [0, Math.max(max * 1.5, 0.001)] },
};

const splits = { linear: undefined, log: decades, rate: rateMarks };

// rateMarks are round rates that are far enough from each other to be read.
function rateMarks(_, axis, min, max) {
  const at = (r) => (Math.asinh(r / bend) / Math.asinh(max / bend)) * (height - 34);
  const out = [];
  for (const r of max < 0.002 ? [0, 0.0005, 0.001, 0.0015] : marks) if (r <= max && (out.length === 0 || at(r) - at(out.at(-1)) >= 18)) out.push(r);
  return out;
}

// decades are the powers of ten of a range, every other one where they are many.
function decades(_, axis, min, max) {
  const out = [];
  const first = Math.round(Math.log10(min));
  const last = Math.round(Math.log10(max));
  for (let e = first; e <= last; e += last - first > 4 ? 2 : 1) out.push(10 ** e);
  return out;
}

// logRange ends at whole decades, so that the axis has something to say.
function logRange(_, min, max) {
  if (!(min > 0)) return [1e-4, 1];
  return [10 ** Math.floor(Math.log10(min)), 10 ** Math.ceil(Math.log10(max) + 1e-9)];
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach((c) => c.draw()));
