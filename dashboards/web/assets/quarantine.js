// The groups that wait for review, each with a masked example.
import { askJSON, recordPath } from "./api.js";
import { byId, el, keep, say } from "./dom.js";
import { ago, bytes, int, plural, time } from "./format.js";

const nodes = {};

export function show(live) {
  if (!nodes.groups) {
    nodes.nothing = el("p", { class: "panel nothing" });
    nodes.groups = el("div");
    byId("quarantine").append(nodes.nothing, nodes.groups);
  }
  const quarantine = live.quarantine;
  const groups = quarantine?.groups ?? [];
  nodes.nothing.hidden = groups.length > 0;
  say(nodes.nothing, quarantine ? "Nothing waits for review." : "This winnow keeps no review index in its role.");
  say(byId("quarantine-cover"), quarantine ? cover(quarantine) : "");
  keep(nodes.groups, groups, (g) => [g.contract, g.rule, g.pointer, g.team].join("\n"), make, (node, g) => update(node, g, live.time));
}

function cover(c) {
  const parts = [`${plural(c.records, "record")} waiting`];
  if (!c.caught_up) parts.push("still reading the quarantine");
  if (c.dropped > 0) parts.push(`${int(c.dropped)} of them counted only`);
  if (!c.exact) parts.push("counts may hold a record twice");
  if (c.unreadable > 0) parts.push(`${plural(c.unreadable, "unreadable batch")}`);
  return parts.join(" · ");
}

function make() {
  const summary = el("summary", {}, el("span", { class: "count" }), el("span", { class: "what" }, el("b"), el("span", { class: "code" })), el("span", { class: "whose" }), el("span", { class: "when" }));
  const body = el("div", { class: "example" });
  const node = el("details", { class: "group" }, summary, body);
  node.addEventListener("toggle", () => {
    if (node.open) example(body, node.example);
  });
  return node;
}

function update(node, g, now) {
  const [count, what, whose, when] = node.firstChild.children;
  node.example = g.example;
  say(count, int(g.count));
  say(what.firstChild, `${g.rule} `);
  say(what.lastChild, g.pointer || "(the whole record)");
  say(whose, `${g.team} · ${g.topics.join(", ")}`);
  say(when, `${ago(g.last, now)}, first ${time(g.first)}`);
}

// example shows the group's newest record: its shape and why it failed. The server has masked it.
async function example(body, id) {
  body.replaceChildren(el("p", { class: "dim", text: "asking for an example…" }));
  try {
    const c = await askJSON(recordPath(id));
    body.replaceChildren(facts(c), el("p", { class: "dim", text: c.format === "json" ? "Its value, masked: letters are x, digits are 9." : `Its value (${c.format}), masked.` }),
      el("pre", { tabindex: "0", role: "region", "aria-label": `Masked value of ${c.id}`, text: shape(c) }));
  } catch (err) {
    body.replaceChildren(el("p", { class: "bad", text: `${id}: ${err.message}` }));
  }
}

function facts(c) {
  const list = el("dl");
  const row = (name, ...value) => list.append(el("dt", { text: name }), el("dd", {}, ...value));
  row("Reasons", el("ul", { class: "reasons" }, ...c.reasons.map((r) => el("li", { class: "code", text: `${r.rule} ${r.pointer}${r.detail ? ` (${r.detail})` : ""}` }))));
  row("Record", el("code", { text: c.id }));
  row("Team, user", `${c.team}, ${c.user || "none"}`);
  row("Judged", `${time(c.time)} under ${c.contract.slice(0, 19)}`);
  row("Size", bytes(c.size));
  if (c.records > 1) row("Covers", `${plural(c.records, "record")} of a Kafka batch that cannot be read`);
  if (c.truncated) row("Cut", `the quarantine could not take the value; SHA-256 ${c.truncated.sha256}`);
  if (c.masked) row("Masked", "sensitive spans were masked before the copy was written");
  row("More", el("code", { text: `winnow quarantine show ${c.id}` }));
  return list;
}

function shape(c) {
  if (c.value === null) return c.format === "null" ? "null" : "not shown";
  let text = c.value;
  if (c.format === "json" && !c.cut) {
    try {
      text = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // Masked numbers such as 9.9e9999 or 099 are no JSON: shown as they are.
    }
  }
  return c.cut ? `${text}\n… cut here` : text;
}
