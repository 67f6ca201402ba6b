// Lag by partition, the books, host memory, and how far the feeds are.
import { Chart } from "./chart.js";
import { attr, byId, el, say, table } from "./dom.js";
import { bytes, int, percent, plural, took } from "./format.js";
import { past } from "./history.js";

const known = (n) => (n < 0 ? "not yet known" : int(n));

const partitions = table("Partitions, most lag first", [
  { name: "partition", title: "partition", left: true }, { name: "lag", title: "lag" }, { name: "gate", title: "gate offset" }, { name: "end", title: "log end" },
  { name: "quarantined", title: "quarantined" },
], (p) => `${p.topic}/${p.partition}`, (cells, p) => {
  say(cells.partition, `${p.topic}/${p.partition}`);
  say(cells.lag, known(p.lag));
  say(cells.gate, known(p.gate_offset));
  say(cells.end, known(p.log_end));
  say(cells.quarantined, int(p.quarantined));
});

const causes = { "": "a batch is ready", gate: "waits for the gate", kafka: "waits for Kafka", budget: "waits for memory" };

const feeds = table("Feeds", [
  { name: "name", title: "feed", left: true }, { name: "state", title: "state", left: true, wrap: true }, { name: "behind", title: "behind the gate" },
  { name: "ready", title: "batches ready" }, { name: "records", title: "records taken" }, { name: "wait", title: "wait p50 / p99" }, { name: "buffer", title: "buffer" },
  { name: "cache", title: "from the cache" }, { name: "reads", title: "what it is", left: true, wrap: true },
], (f) => f.name, (cells, f) => {
  say(cells.name, f.name);
  say(cells.state, f.trouble || causes[f.cause] || f.cause);
  attr(cells.state, "class", `l wrap${f.trouble ? " bad" : ""}`);
  say(cells.behind, int(f.behind));
  say(cells.ready, `${int(f.ready)} of ${int(f.depth)}`);
  say(cells.records, int(f.records));
  say(cells.wait, `${took(f.wait_p50_seconds)} / ${took(f.wait_p99_seconds)}`);
  say(cells.buffer, bytes(f.buffer_bytes));
  const ranges = f.ranges_cache + f.ranges_kafka;
  say(cells.cache, ranges > 0 ? percent(f.ranges_cache / ranges, 1) : "–");
  say(cells.reads, `team ${f.team} · ${f.topics.join(", ")} · ${f.columns.length > 0 ? plural(f.columns.length, "column") : "all columns"} · ${int(f.batch_records)} a batch`);
});

const nodes = {};

function build() {
  byId("lag").append(partitions.node);
  byId("feeds").append(feeds.node);
  nodes.cut = el("p", { class: "dim" });
  byId("lag").append(nodes.cut);
  nodes.chart = new Chart(byId("chart-lag"), { about: "Offsets between the gate and the log's end, over time", format: int, whole: true });
  nodes.buffers = el("span");
  nodes.cache = el("span");
  nodes.bar = el("div", { class: "bar", "aria-hidden": "true" }, nodes.cache, nodes.buffers);
  nodes.memory = el("p");
  byId("memory").append(nodes.bar, nodes.memory);
  nodes.books = el("p");
  byId("ledger").append(nodes.books);
}

export function show(live) {
  if (!nodes.chart) build();
  const { ledger } = live;
  partitions.set(ledger?.partitions ?? [], ledger ? "No partition is assigned yet." : "This winnow has no gate in its role.");
  say(nodes.cut, ledger?.cut ? `and ${plural(ledger.cut, "partition")} with less lag; /api/v1/ledger has all` : "");
  nodes.chart.set(past.total.times, [{ key: "lag", label: "lag", slot: 2, values: past.total.series.get("total")?.lag ?? [] }], ledger ? `Now ${int(ledger.lag)}` : "");
  books(ledger);
  memory(live.feeds?.memory);
  feeds.set(live.feeds?.feeds ?? [], "No feeds are configured here.");
}

function books(l) {
  if (!l) {
    say(nodes.books, "This winnow has no gate in its role.");
    return;
  }
  say(nodes.books, `${l.balanced ? "Balanced" : "NOT BALANCED"}: consumed ${int(l.consumed)} = passed ${int(l.passed)} + quarantined ${int(l.quarantined)} + skipped ${int(l.skipped)}`);
  attr(nodes.books, "class", l.balanced ? null : "bad");
}

function memory(m) {
  nodes.bar.hidden = !m;
  if (!m) {
    say(nodes.memory, "No feeds are configured here.");
    return;
  }
  const share = (n) => `${Math.min(100, (100 * n) / Math.max(1, m.limit))}%`;
  nodes.cache.style.setProperty("width", share(m.cache));
  nodes.buffers.style.setProperty("width", share(m.used - m.cache));
  say(nodes.memory, `${bytes(m.used)} of ${bytes(m.limit)}: cache ${bytes(m.cache)}, buffers ${bytes(m.used - m.cache)}`);
}
