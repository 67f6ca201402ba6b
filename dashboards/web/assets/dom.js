// How the page is written: nodes, text and rows that stay where they are while their numbers change. Data goes in as text alone.

// el makes an element. Props that begin with data- or aria-, role and the like are attributes; class, text and on are what they say.
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, fn] of Object.entries(value)) node.addEventListener(event, fn);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);

// say sets a node's text if it is another, so that what nobody changed is not read out again.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// attr sets an attribute if it is another; null takes it away.
export function attr(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

// keep makes parent's children those of items, by key. While someone points at one, or has the focus in it, the order stays as it is.
export function keep(parent, items, key, make, update) {
  const there = new Map();
  for (const node of parent.children) if (node.dataset.key !== undefined) there.set(node.dataset.key, node);
  const wanted = new Set();
  const held = parent.matches(":hover, :focus-within");
  let at = parent.firstElementChild;
  for (const item of items) {
    const k = String(key(item));
    if (wanted.has(k)) continue;
    wanted.add(k);
    let node = there.get(k);
    const fresh = !node;
    if (fresh) {
      node = make(item);
      node.dataset.key = k;
    }
    if (fresh && held) parent.append(node, ...(node.followers?.() ?? []));
    else if (!held && node !== at) parent.insertBefore(node, at);
    update(node, item);
    // A row may have others that belong to it, right behind it.
    let last = node;
    if (!held) for (const more of node.followers?.() ?? []) {
      if (last.nextElementSibling !== more) parent.insertBefore(more, last.nextElementSibling);
      last = more;
    }
    if (!held) at = last.nextElementSibling;
  }
  for (const [k, node] of there) {
    if (wanted.has(k) || node.contains(document.activeElement)) continue;
    for (const more of node.followers?.() ?? []) more.remove();
    node.remove();
  }
}

// table makes a table that scrolls within itself. Columns are {name, title, left, wrap}; rows are filled by update(cells, item).
export function table(caption, columns, key, update) {
  const body = el("tbody");
  const head = el("tr", {}, ...columns.map((c) => el("th", { scope: "col", class: c.left ? "l" : null, text: c.title })));
  const node = el("table", {}, el("caption", { class: "vh", text: caption }), el("thead", {}, head), body);
  const scroll = el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": caption }, node);
  const nothing = el("p", { class: "nothing", hidden: true });
  const make = () => {
    const row = el("tr");
    row.cells_ = {};
    columns.forEach((c, i) => {
      const cls = [c.left ? "l" : "", c.wrap ? "wrap" : ""].join(" ").trim();
      const cell = el(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: cls || null, "data-col": c.name });
      row.cells_[c.name] = cell;
      row.append(cell);
    });
    return row;
  };
  return {
    node: el("div", {}, scroll, nothing),
    set(items, empty) {
      scroll.hidden = items.length === 0;
      nothing.hidden = items.length > 0;
      say(nothing, empty ?? "");
      keep(body, items, key, make, (row, item) => update(row.cells_, item, row));
    },
  };
}
