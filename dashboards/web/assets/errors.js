// Whose the errors are: by team, user and chip, with the rules behind them.
import { askJSON } from "./api.js";
import { Chart } from "./chart.js";
import { attr, byId, el, say, table } from "./dom.js";
import { int, percent, plural, speed, time } from "./format.js";
import { past, rate } from "./history.js";

const lines = 5;
let live = null;

// count sums up [key, n] pairs, most first.
function count(pairs) {
  const sum = new Map();
  for (const [key, n] of pairs) sum.set(key, (sum.get(key) ?? 0) + n);
  return [...sum].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, 12);
}

const place = (r) => `${r.rule} ${r.pointer}`.trim();
const q = encodeURIComponent;

// rulesOf ask which rules are behind a key: [what the list is of, its lines].
const rulesOf = {
  async team(key) {
    const { groups } = await askJSON(`/api/v1/quarantine/groups?team=${q(key)}`);
    return ["Waiting for review, by rule and place", count(groups.map((g) => [place(g), g.count]))];
  },
  async user(key) {
    const { records } = await askJSON(`/api/v1/quarantine/records?user=${q(key)}&limit=200`);
    return [`Of the newest ${plural(records.length, "record")} that wait for review`, count(records.flatMap((r) => [...new Set(r.reasons.map(place))].map((p) => [p, 1])))];
  },
  async chip(key) {
    const pod = key.split("/")[0];
    const job = live?.fleet?.jobs.find((j) => j.grid.some((p) => p.pod === pod));
    const feed = live?.feeds?.feeds.find((f) => f.name === job?.feed);
    const topics = feed?.topics ?? [];
    const answers = await Promise.all(topics.map((t) => askJSON(`/api/v1/quarantine/groups?topic=${q(t)}`)));
    return [`Waiting for review in ${topics.join(", ") || "its feed's topics"}, which feed ${job?.feed ?? ""} deals to it`,
      count(answers.flatMap((a) => a.groups).map((g) => [place(g), g.count]))];
  },
  async rule(key) {
    const { groups } = await askJSON(`/api/v1/quarantine/groups?rule=${q(key)}`);
    return ["Waiting for review, by place and team", count(groups.map((g) => [`${g.pointer || "(the whole record)"} of ${g.team}`, g.count]))];
  },
};

const panels = [
  panel("team", "Team", "team"), panel("user", "User", "user"), panel("chip", "Chip", "chip"), panel("rule", "Rule", "rule"),
];

function panel(kind, title, column) {
  const chartHost = el("div", { class: "quiet" });
  const t = table(`Errors by ${kind}: those that fail now, then those that failed most`, [
    { name: "key", title: column, left: true }, { name: "recent", title: "rate now" }, { name: "speed", title: "failed/s" },
    { name: "errors", title: "failed" }, { name: "records", title: "records" }, { name: "rate", title: "rate" },
  ], (r) => r.key, (cells, r, row) => {
    if (!row.button) open(row, cells.key, kind, r.key);
    attr(row.mark, "class", r.line ? `mark m${r.line}` : "mark");
    say(cells.errors, int(r.errors));
    say(cells.records, int(r.records));
    say(cells.rate, percent(r.rate));
    say(cells.recent, percent(r.recent.rate));
    say(cells.speed, speed(r.recent.errors_per_second));
  });
  const node = el("div", { class: "panel", id: `errors-${kind}` }, el("h3", { text: `By ${title.toLowerCase()}` }), chartHost, t.node);
  return { kind, node, chartHost, table: t };
}

// open makes a row's name a button that shows the rules behind it, in a row of its own.
function open(row, cell, kind, key) {
  row.mark = el("span", { class: "mark", "aria-hidden": "true" });
  const more = el("tr", { class: "more" }, el("td", { colspan: "6" }));
  row.button = el("button", { type: "button", class: "open", "aria-expanded": "false", title: key, text: key, on: { click: () => toggle() } });
  row.followers = () => (more.parentNode || row.button.getAttribute("aria-expanded") === "true" ? [more] : []);
  cell.append(row.mark, row.button);
  const toggle = async () => {
    const opened = row.button.getAttribute("aria-expanded") !== "true";
    attr(row.button, "aria-expanded", opened);
    if (!opened) {
      more.remove();
      return;
    }
    row.after(more);
    more.firstChild.replaceChildren(el("p", { class: "dim", text: "asking…" }));
    try {
      const [what, found] = await rulesOf[kind](key);
      more.firstChild.replaceChildren(el("p", { class: "dim", text: `${what}:` }),
        found.length > 0 ? el("ul", {}, ...found.map(([name, n]) => el("li", {}, el("b", { text: int(n) }), el("span", { class: "code", text: name }))))
          : el("p", { text: "nothing: perhaps it has been reviewed, or is counted only" }));
    } catch (err) {
      more.firstChild.replaceChildren(el("p", { class: "bad", text: err.message }));
    }
  };
}

export function show(now) {
  live = now;
  if (now.status) say(byId("errors-since"), `counted since ${time(now.status.since)}; “now” is about the last minute`);
  if (!panels[0].node.parentNode) byId("errors").append(...panels.map((p) => p.node));
  for (const p of panels) draw(p, now.errors[p.kind]);
}

function draw(p, rows) {
  p.chartHost.hidden = !rows;
  if (!rows) {
    p.table.set([], p.kind === "chip" ? "No chips are simulated here: no feed has any." : "This winnow has no gate in its role.");
    return;
  }
  p.chart ??= new Chart(p.chartHost, { about: `Error rate by ${p.kind} over time`, format: (v) => percent(v, v > 0 && v < 0.01 ? 2 : 1), scale: "rate", marks: false });
  const { times, series } = past[p.kind];
  const drawn = rows.filter((r) => r.recent.errors_per_second > 0 && series.has(r.key)).slice(0, lines);
  p.table.set(rows.map((r) => ({ ...r, line: drawn.indexOf(r) + 1 })), "Nothing counted yet.");
  p.chart.set(times, drawn.map((r) => ({ key: r.key, label: r.key, values: rate(series.get(r.key)) })),
    drawn.length > 0 ? `Worst now: ${drawn[0].key} with ${percent(drawn[0].recent.rate)}` : "Nothing fails now");
}
