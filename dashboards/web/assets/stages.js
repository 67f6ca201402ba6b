// How fast each stage is.
import { Chart } from "./chart.js";
import { byId, say, table } from "./dom.js";
import { int, speed, took } from "./format.js";
import { past, perSecond } from "./history.js";

const t = table("Stages over the last seconds", [
  { name: "name", title: "stage", left: true }, { name: "records", title: "records/s" }, { name: "ranges", title: "ranges/s" },
  { name: "p50", title: "p50 of a range" }, { name: "p99", title: "p99 of a range" },
], (s) => s.name, (cells, s) => {
  say(cells.name, s.name);
  say(cells.records, speed(s.records_per_second));
  say(cells.ranges, speed(s.ranges_per_second));
  say(cells.p50, took(s.p50_seconds));
  say(cells.p99, took(s.p99_seconds));
});

let rates, p99;

export function show(live) {
  if (!rates) {
    byId("stages").append(t.node);
    rates = new Chart(byId("chart-rate"), { about: "Records a second over time", format: int, whole: true });
    p99 = new Chart(byId("chart-stages"), { about: "The 99th percentile of a range's time in each stage", format: took, scale: "log" });
  }
  t.set(live.stages, "No stage has run yet in this role.");
  const { times, seconds, series } = past.total;
  const total = series.get("total") ?? {};
  rates.set(times, [
    { key: "errors", label: "failed", values: perSecond(total.errors, seconds) },
    { key: "records", label: "judged", values: perSecond(total.records, seconds) },
  ], live.status ? `Now ${int(live.status.records_per_second)}` : "");
  const names = live.stages.map((s) => s.name).filter((n) => past.stage.series.has(n));
  p99.set(past.stage.times, names.map((n, i) => ({ key: n, label: n, slot: 2 + (i % 4), values: past.stage.series.get(n).p99_seconds.map((v) => (v > 0 ? v : null)) })),
    live.stages.map((s) => `${s.name} ${took(s.p99_seconds)}`).join(", "));
}
