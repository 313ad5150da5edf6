/** An element with its children. Text becomes text, never markup: that is the only way things from outside get in. */
export function element(name, properties = {}, ...children) {
  const { data = {}, label, ...rest } = properties;
  const node = Object.assign(document.createElement(name), rest);
  Object.assign(node.dataset, data);
  if (label !== undefined) node.setAttribute("aria-label", label);
  node.append(...children.flat());
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Brings a list up to date. What stays is not touched but by `update`: so it keeps the focus, and what is open. */
export function renderList(list, items, { keyOf, create, update = () => {} }) {
  const wanted = new Map(items.map((item) => [keyOf(item), item]));
  const present = new Map();
  for (const node of Array.from(list.children)) {
    if (wanted.has(node.dataset.key)) present.set(node.dataset.key, node);
    else node.remove();
  }
  let place = list.firstElementChild;
  for (const [key, item] of wanted) {
    const node = present.get(key) ?? element("li", { data: { key } }, create(item));
    update(node, item);
    if (node === place) place = place.nextElementSibling;
    else list.insertBefore(node, place);
  }
}

/** Names and values, without those that have none. */
export function facts(entries) {
  const rows = entries.filter(([, value]) => value !== undefined && value !== "");
  return element(
    "dl",
    {},
    rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]),
  );
}

export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
