/** Creates an element. `properties` may be a class name. Strings in `children` become text, never markup. */
export function element(name, properties = {}, ...children) {
  const { data, label, ...own } = typeof properties === "string" ? { className: properties } : properties;
  const node = Object.assign(document.createElement(name), own);
  Object.assign(node.dataset, data);
  if (label !== undefined) node.setAttribute("aria-label", label);
  node.append(...children.flat().filter((child) => child !== undefined));
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Updates a list. Items that remain keep their elements, with focus and open state. */
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

const TYPING_MS = 200;

/** Calls `work` when nothing was typed for a moment. */
export function onInput(input, work) {
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(work, TYPING_MS);
  });
}

/** A description list of names and values, without undefined values. */
export function descriptionList(entries) {
  const rows = entries.filter(([, value]) => value !== undefined);
  return element(
    "dl",
    "",
    rows.flatMap(([name, value]) => [element("dt", "", name), element("dd", "", value)]),
  );
}
