import { byId, descriptionList, element, onInput, renderList } from "./dom.js";

/** The live list of requests; calls `onChange` when it changes. */
export function createRequests(api, onChange) {
  const filter = byId("request-filter");
  let journal = { requests: [], evicted: 0 };

  const show = () => {
    const { requests, evicted } = journal;
    const words = filter.value.toLowerCase().split(/\s+/);
    const shown = requests.filter((entry) => matches(entry, words));
    renderList(byId("request-list"), shown, { keyOf, create: requestItem });
    byId("no-requests").hidden = requests.length > 0;
    const count = shown.length < requests.length ? `${shown.length} of ${requests.length}` : requests.length;
    byId("request-count").textContent = evicted > 0 ? `${count}, ${evicted} evicted` : count;
  };
  onInput(filter, show);
  return {
    async refresh() {
      const changed = await api.call("GET", "/requests");
      if (!changed) return;
      journal = changed;
      show();
      await onChange();
    },
  };
}

/** Whether each word is in one of the facts of the request; its headers and bodies are not searched. */
function matches({ request, answer, errors = [], ...facts }, words) {
  const pointers = errors.map(({ pointer, name }) => pointer ?? name);
  const text = [...Object.values(facts), ...pointers].join("\n").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Callers choose the ids, so an id may repeat. */
function keyOf({ id, at, durationMs }) {
  return `${id} ${at} ${durationMs}`;
}

function requestItem(entry) {
  const details = element("details", "", summaryOf(entry));
  // Created when it is first opened: most requests are never opened.
  details.addEventListener("toggle", () => details.append(contentOf(entry)), { once: true });
  return details;
}

function summaryOf({ status, method, path, problem, rule, durationMs, at }) {
  const notes = [
    problem && element("span", "chip", problem),
    rule && element("span", { className: "chip", title: `Rule ${rule}` }, "fault"),
    element("span", "muted", `${durationMs} ms`),
    element("time", { className: "muted", dateTime: at }, new Date(at).toLocaleTimeString()),
  ];
  return element(
    "summary",
    "row",
    element("strong", { data: { level: levelOf(status) } }, status ?? "—"),
    element("code", "", method),
    element("code", "", path),
    element("span", "notes row", notes),
  );
}

function levelOf(status = 500) {
  if (status < 400) return "ok";
  return status < 500 ? "warning" : "error";
}

function contentOf({ errors = [], request, answer, ...entry }) {
  const { id, at, operationId, userId, audience, connectionId, caller, rule } = entry;
  return element(
    "div",
    "",
    errors.length > 0 ? violations(errors) : undefined,
    descriptionList([
      ["Request id", id],
      ["Time", at],
      ["Operation", operationId],
      ["User", userId],
      ["Audience", audience],
      ["Connection", connectionId],
      ["Caller", caller],
      ["Fault rule", rule],
    ]),
    message("Request", request),
    message("Response", answer),
  );
}

function violations(errors) {
  const rows = errors.map(({ pointer, in: place, name, detail }) => [
    pointer === undefined ? `${place} ${name}` : pointer || "(the whole body)",
    detail,
  ]);
  const title = errors.length === 1 ? "1 violation" : `${errors.length} violations`;
  return element("div", "violations", element("h3", "", title), descriptionList(rows));
}

function message(title, { headers, body }) {
  const shown = body
    ? element("pre", { tabIndex: 0, label: `Body of the ${title.toLowerCase()}` }, indented(body))
    : element("p", "muted", "No body");
  return element("div", "message", element("h3", "", title), descriptionList(Object.entries(headers)), shown);
}

/** Unchanged if the text is not JSON. */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
