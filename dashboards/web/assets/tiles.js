// The numbers to read first, and what is wrong.
import { attr, byId, el, keep, say } from "./dom.js";
import { int, percent, plural, speed, time } from "./format.js";

// Each tile gives {big, sub, tone} of an event; null where this winnow has no such thing.
const tiles = [
  ["Records a second", ({ status, ledger, sample }) => status && {
    big: int(sample?.records != null ? sample.records / sample.seconds : status.records_per_second), sub: `${int(ledger.consumed)} judged in all`,
  }],
  ["Error rate, last minute", ({ recent, status }) => status && (recent === null ? { big: "–", sub: "not known yet" } : {
    big: percent(recent.rate), sub: `${speed(recent.errors_per_second)} failed a second`,
    tone: recent.rate >= 0.05 ? "bad" : recent.rate > 0 ? "" : "good",
  })],
  ["Waiting for review", ({ quarantine }) => quarantine && {
    big: int(quarantine.records), sub: quarantine.caught_up ? inGroups(quarantine.groups.length) : "still counting",
  }],
  ["Lag", ({ ledger }) => ledger && {
    big: int(ledger.lag), sub: worst(ledger.partitions), tone: ledger.lag > 10000 ? "warn" : "",
  }],
  ["Chips training", ({ fleet }) => fleet && {
    big: `${int(fleet.states.training)} / ${int(fleet.chips)}`, sub: `${percent(fleet.occupancy, 1)} of all chip-time`,
    tone: fleet.chips > 0 && fleet.states.training === 0 ? "bad" : "",
  }],
  ["Ready", ({ ready, status }) => ({
    big: ready.ready ? "Yes" : "No", sub: ready.ready ? `${status?.state ?? "serving"}` : plural(ready.reasons.length, "reason"), tone: ready.ready ? "good" : "bad",
  })],
];

// The stream carries the largest twenty.
const inGroups = (n) => `in ${plural(n, "group")}${n === 20 ? " or more" : ""}`;

function worst(partitions) {
  const p = partitions[0];
  return p && p.lag > 0 ? `most in ${p.topic}/${p.partition}: ${int(p.lag)}` : "nothing waits";
}

export function show(live) {
  const shown = tiles.map(([name, of]) => ({ name, ...(of(live) ?? { big: "–", sub: "not in this role" }) }));
  keep(byId("tiles"), shown, (t) => t.name,
    (t) => el("div", { class: "tile" }, el("dt", { text: t.name }), el("dd", { class: "big" }), el("dd", { class: "sub" })),
    (node, t) => {
      attr(node, "data-tone", t.tone || null);
      say(node.children[1], t.big);
      say(node.children[2], t.sub);
    });
  alarm(live);
  const s = live.status;
  say(byId("instance"), s ? s.instance : "");
  say(byId("facts"), s ? `group ${s.group} · ${s.version} · since ${time(s.since)} · ${s.contracts.map((c) => c.name).join(", ")}` : "");
  document.title = `${live.ready.ready ? "" : "NOT READY · "}winnow ${s?.instance ?? ""}`.trim();
}

// alarm lists what a person must know: not ready, feeds that stand still, books that do not balance.
function alarm(live) {
  const lines = [...live.ready.reasons];
  for (const f of live.feeds?.feeds ?? []) if (f.trouble) lines.push(`feed ${f.name}: ${f.trouble}`);
  if (live.ledger && !live.ledger.balanced) lines.push("the ledger does not balance");
  byId("alarm").hidden = lines.length === 0;
  say(byId("alarm-title"), live.ready.ready ? "Ready, but:" : "Not ready:");
  keep(byId("alarm-list"), lines, (l) => l, (l) => el("li", { text: l }), () => {});
}
