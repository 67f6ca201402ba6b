// What every chip does, and the time that teams lost to waits for data.
import { askJSON } from "./api.js";
import { Chart } from "./chart.js";
import { byId, el, keep, say, table } from "./dom.js";
import { chipSeconds, int, percent, plural, span, took } from "./format.js";
import { past } from "./history.js";

// The states: letter, key, words, and the slot of their line. Training is the one that needs no letter in its square.
export const states = [
  ["T", "training", "training", 2], ["G", "waiting_gate", "waiting for the gate", 3], ["K", "waiting_kafka", "waiting for Kafka", 1],
  ["B", "waiting_budget", "waiting for memory", 4], ["R", "restarting", "restarting", 5], ["I", "idle", "idle", 5],
];
const words = new Map(states.map(([letter, , text]) => [letter, text]));

const nodes = {};

function build(host) {
  nodes.nothing = el("p", { class: "panel nothing", text: "No chips are simulated here: no feed has any." });
  nodes.legend = el("ul", { class: "legend", "aria-label": "Chips by state" });
  nodes.jobs = el("div");
  nodes.readout = el("p", { class: "readout", "aria-hidden": "true" });
  nodes.chartHost = el("div");
  nodes.grid = el("div", { class: "panel" }, nodes.legend, nodes.jobs, nodes.readout, hostsTable());
  nodes.side = el("div", { class: "panels" },
    el("div", { class: "panel", id: "chip-teams" }, el("h3", { text: "Chip-seconds by team, and lost to waits for data" }), teams.node),
    el("div", { class: "panel" }, el("h3", { text: "Chips by state" }), nodes.chartHost));
  nodes.jobsPanel = el("div", { class: "panel", id: "chip-jobs" }, el("h3", { text: "Utilisation" }), jobs.node);
  host.append(nodes.nothing, nodes.grid, nodes.side, nodes.jobsPanel);
  nodes.chart = new Chart(nodes.chartHost, { about: "Chips by state over time", format: int, whole: true });
  nodes.jobs.addEventListener("pointerover", (e) => point(e.target));
}

const teams = table("Chip-seconds by team", [
  { name: "team", title: "team", left: true }, { name: "chips", title: "chips" }, { name: "lost", title: "lost to waits" },
  { name: "gate", title: "gate" }, { name: "kafka", title: "Kafka" }, { name: "budget", title: "memory" }, { name: "training", title: "training" },
  { name: "occupancy", title: "occupancy" },
], (t) => t.team, (cells, t) => {
  say(cells.team, t.team);
  say(cells.chips, int(t.chips));
  say(cells.lost, chipSeconds(t.lost_seconds));
  say(cells.gate, chipSeconds(t.seconds.waiting_gate));
  say(cells.kafka, chipSeconds(t.seconds.waiting_kafka));
  say(cells.budget, chipSeconds(t.seconds.waiting_budget));
  say(cells.training, chipSeconds(t.seconds.training));
  say(cells.occupancy, percent(t.occupancy, 1));
});

const jobs = table("Accelerator utilisation by feed", [
  { name: "feed", title: "feed", left: true }, { name: "team", title: "team", left: true }, { name: "model", title: "model", left: true }, { name: "tpu", title: "TPU", left: true },
  { name: "chips", title: "chips" }, { name: "step", title: "step" }, { name: "steps", title: "steps" },
  { name: "measured", title: "utilisation" }, { name: "ceiling", title: "ceiling" },
], (j) => j.feed, (cells, j) => {
  say(cells.feed, j.feed);
  say(cells.team, j.team);
  say(cells.model, j.model);
  say(cells.tpu, j.tpu || "–");
  say(cells.chips, int(j.chips));
  say(cells.step, took(j.step_seconds));
  say(cells.steps, int(j.steps));
  say(cells.measured, percent(j.utilization, 1));
  say(cells.ceiling, percent(j.ceiling, 1));
});

export function show(live) {
  if (!nodes.grid) build(byId("chips"));
  const f = live.fleet;
  nodes.nothing.hidden = f !== null;
  for (const n of [nodes.grid, nodes.side, nodes.jobsPanel]) n.hidden = f === null;
  if (!f) return;
  say(byId("chips-since"), `${plural(f.chips, "chip")}, the account runs for ${span(f.wall_seconds)}`);
  keep(nodes.legend, states, ([letter]) => letter,
    ([letter, , text]) => el("li", {}, el("span", { class: `chip ${letter}`, "aria-hidden": "true", text: mark(letter) }), el("span", { text: `${text} ` }), el("b")),
    (node, [, key]) => say(node.lastChild, int(f.states[key])));
  keep(nodes.jobs, f.jobs, (j) => j.feed, makeJob, updateJob);
  teams.set(f.teams, "No team has chips.");
  jobs.set(f.jobs, "No feed has chips.");
  const waiting = states.filter(([, key]) => past.state.series.get(key)?.chips.some((n) => n > 0)).slice(0, 5);
  nodes.chart.set(past.state.times, waiting.map(([, key, text, slot]) => ({ key, label: text, slot, values: past.state.series.get(key).chips })), summary(f.states));
}

const mark = (letter) => (letter === "T" ? "" : letter);
const summary = (counts) => states.filter(([, key]) => counts[key] > 0).map(([, key, text]) => `${int(counts[key])} ${text}`).join(", ");

function makeJob(j) {
  return el("div", { class: "job" }, el("h3"), el("ul", { class: "pods", "aria-label": `Pods of ${j.feed}` }));
}

function updateJob(node, j) {
  say(node.firstChild, `${j.feed} · ${[j.team, j.tpu].filter(Boolean).join(" · ")} · ${plural(j.chips, "chip")}`);
  keep(node.lastChild, j.grid, (p) => p.pod, makePod, updatePod);
}

// A pod says in words what its squares show; the squares are for the eye alone.
function makePod(p) {
  const node = el("li", { class: "pod" }, el("span", { class: "pod-name" }, el("span", { text: p.pod }), el("small")), el("div", { class: "hosts", "aria-hidden": "true" }));
  node.shown = [];
  return node;
}

function updatePod(node, p) {
  const hosts = node.lastChild;
  const counts = new Map();
  for (const letters of p.hosts) for (const l of letters) counts.set(l, (counts.get(l) ?? 0) + 1);
  const parts = states.filter(([l]) => counts.has(l));
  say(node.firstChild.lastChild, parts.map(([l, , text]) => `${parts.length > 1 ? int(counts.get(l)) : `all ${int(counts.get(l))}`} ${text}`).join(", "));
  p.hosts.forEach((letters, h) => {
    if (node.shown[h] === letters) return;
    if (node.shown[h]?.length !== letters.length) {
      const host = el("span", { class: "host", "data-host": `${p.pod}/${h}` }, ...[...letters].map((l) => el("span", { class: `chip ${l}`, text: mark(l) })));
      if (hosts.children[h]) hosts.children[h].replaceWith(host);
      else hosts.append(host);
    } else {
      const squares = hosts.children[h].children;
      for (let c = 0; c < letters.length; c++) {
        if (letters[c] === node.shown[h][c]) continue;
        squares[c].className = `chip ${letters[c]}`;
        say(squares[c], mark(letters[c]));
      }
    }
    node.shown[h] = letters;
  });
  while (hosts.children.length > p.hosts.length) hosts.lastChild.remove();
  node.shown.length = p.hosts.length;
}

function point(target) {
  const host = target.closest(".host");
  if (!host || target === host) return;
  const key = `${host.dataset.host}/${[...host.children].indexOf(target)}`;
  nodes.readout.textContent = `${key}: ${words.get(target.className.slice(-1))}`;
}

// hostsTable lists hosts with their numbers, those that lost most first: the whole fleet is asked for only when someone opens it.
function hostsTable() {
  const t = table("Hosts, those that lost most chip-seconds first", [
    { name: "host", title: "host", left: true }, { name: "state", title: "state", left: true }, { name: "chips", title: "chips" }, { name: "lost", title: "lost to waits" },
    { name: "records", title: "records" }, { name: "errors", title: "failed" }, { name: "rate", title: "rate" },
  ], (h) => h.key, (cells, h) => {
    say(cells.host, h.key);
    say(cells.state, states.find(([, key]) => key === h.state)?.[2] ?? h.state);
    say(cells.chips, int(h.chips));
    say(cells.lost, chipSeconds(h.lost));
    say(cells.records, int(h.records));
    say(cells.errors, int(h.errors));
    say(cells.rate, percent(h.records > 0 ? h.errors / h.records : 0));
  });
  const note = el("p", { class: "nothing" });
  const node = el("details", { class: "hosts-table" }, el("summary", { text: "Hosts as a table" }), note, t.node);
  node.addEventListener("toggle", async () => {
    if (!node.open) return;
    try {
      const all = sumHosts(await askJSON("/api/v1/fleet"));
      say(note, all.length > most ? `${most} of ${int(all.length)} hosts; /api/v1/fleet has all` : `as of now; open it again for newer numbers`);
      t.set(all.slice(0, most), "No hosts.");
    } catch (err) {
      say(note, err.message);
    }
  });
  return node;
}

const most = 100;

function sumHosts(fleet) {
  const sum = (chips, of) => chips.reduce((n, c) => n + of(c), 0);
  return fleet.jobs.flatMap((j) => j.hosts).map((h) => ({
    key: `${h.pod}/${h.host}`, state: h.state, chips: h.chips.length, records: sum(h.chips, (c) => c.records), errors: sum(h.chips, (c) => c.errors),
    lost: sum(h.chips, (c) => c.seconds.waiting_gate + c.seconds.waiting_kafka + c.seconds.waiting_budget),
  })).sort((a, b) => b.lost - a.lost);
}
