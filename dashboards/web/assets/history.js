// What was: the server's history once, and then what each event adds to it.
import { askJSON } from "./api.js";

const samples = 450;
const kinds = ["total", "stage", "state", "team", "user", "chip", "rule"];

export const stages = (at) => (at.stages ?? []).map((s) => [s.name, { p50_seconds: s.p50_seconds, p99_seconds: s.p99_seconds }]);

// A Past is the times and values of one kind of history: series by key, and in each an array by name as long as times.
class Past {
  constructor() {
    this.times = [];
    this.seconds = [];
    this.series = new Map();
  }

  // load takes an answer of /api/v1/history.
  load(h) {
    this.times = h.times.map((t) => Date.parse(t) / 1000);
    this.seconds = [...h.seconds];
    this.series = new Map(h.series.map((s) => [s.key, s.values]));
  }

  // add takes what a sample says: [key, {name: value}] pairs.
  add(time, seconds, pairs) {
    if (this.times.length > 0 && time <= this.times.at(-1)) return;
    this.times.push(time);
    this.seconds.push(seconds);
    const values = new Map(pairs);
    for (const [key, v] of values) {
      if (!this.series.has(key)) this.series.set(key, {});
      const series = this.series.get(key);
      for (const name of Object.keys(v)) series[name] ??= new Array(this.times.length - 1).fill(null);
    }
    for (const [key, series] of this.series) {
      for (const name of Object.keys(series)) series[name].push(values.get(key)?.[name] ?? null);
    }
    if (this.times.length > samples) this.forget();
  }

  // forget drops the oldest sample, and series of which nothing is left.
  forget() {
    this.times.shift();
    this.seconds.shift();
    for (const [key, series] of this.series) {
      let left = false;
      for (const values of Object.values(series)) {
        values.shift();
        left ||= values.some((v) => v !== null);
      }
      if (!left) this.series.delete(key);
    }
  }
}

export const past = Object.fromEntries(kinds.map((k) => [k, new Past()]));

// load asks for all of the past. What this winnow lacks stays empty.
export async function load(signal) {
  await Promise.all(kinds.map(async (kind) => {
    try {
      past[kind].load(await askJSON(`/api/v1/history?by=${kind}`, signal));
    } catch (err) {
      if (err.status !== 503) throw err;
    }
  }));
}

// add takes an event's sample.
export function add(at) {
  if (!at) return;
  const time = Date.parse(at.time) / 1000;
  const { records, errors, quarantined, lag } = at;
  past.total.add(time, at.seconds, [["total", { records, errors, quarantined, lag }]]);
  past.stage.add(time, at.seconds, stages(at));
  past.state.add(time, at.seconds, Object.entries(at.chips ?? {}).map(([state, chips]) => [state, { chips }]));
  for (const kind of ["team", "user", "chip", "rule"]) {
    past[kind].add(time, at.seconds, (at.keys[kind] ?? []).map((k) => [k.key, { records: k.records, errors: k.errors }]));
  }
}

// perSecond turns counts into rates.
export const perSecond = (values, seconds) => (values ?? []).map((v, i) => (v === null || seconds[i] <= 0 ? null : v / seconds[i]));

// rate gives errors by records over the last few samples at each place: single samples of small keys jump.
export function rate(series, width = 5) {
  const { records = [], errors = [] } = series ?? {};
  return records.map((_, i) => {
    if (records[i] === null) return null;
    let all = 0;
    let failed = 0;
    for (let j = Math.max(0, i - width + 1); j <= i; j++) {
      all += records[j] ?? 0;
      failed += errors[j] ?? 0;
    }
    return all > 0 ? failed / all : null;
  });
}
