import { byId, descriptionList, element, renderList } from "./dom.js";

/** The live list of requests; calls `onChange` when it changes. */
export function createRequests(api, onChange) {
  return {
    async refresh() {
      const journal = await api.call("GET", "/requests");
      if (!journal) return;
      const { requests, evicted } = journal;
      renderList(byId("request-list"), requests, { keyOf, create: requestItem });
      byId("no-requests").hidden = requests.length > 0;
      byId("request-count").textContent = evicted > 0 ? `${requests.length}, ${evicted} evicted` : requests.length;
      await onChange();
    },
  };
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

function summaryOf({ status, method, path, problem, rule, durationMs, session, at }) {
  const notes = [
    problem && element("span", "chip", problem),
    rule && element("span", { className: "chip", title: `Rule ${rule}` }, "fault"),
    session && element("span", "chip", `session ${session}`),
    element("span", "muted", `${durationMs} ms`),
    element("time", { className: "muted", dateTime: at }, new Date(at).toLocaleTimeString()),
  ];
  return element(
    "summary",
    "",
    element("span", { className: "status", data: { level: levelOf(status) } }, status ?? "—"),
    element("span", "method", method),
    element("span", "path", path),
    element("span", "notes", notes),
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
    "content",
    errors.length > 0 ? violations(errors, request.body) : undefined,
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

/** Each violation by its pointer, with the value that was sent there. */
function violations(errors, text) {
  const body = parse(text);
  const rows = errors.map(({ pointer, in: place, name, detail }) => {
    const value = pointer === undefined ? undefined : JSON.stringify(valueAt(body, pointer));
    const sent = value && element("span", "sent", "sent: ", element("code", "", value));
    const at = pointer === undefined ? `${place} ${name}` : pointer || "(the whole body)";
    return [element("dt", "", element("code", "", at)), element("dd", "", detail, sent)];
  });
  const title = errors.length === 1 ? "1 violation" : `${errors.length} violations`;
  return element("div", "violations", element("h3", "", title), element("dl", "", rows.flat()));
}

function message(title, { headers, body }) {
  const text = JSON.stringify(parse(body), null, 2) ?? body;
  const shown = text
    ? element("pre", { tabIndex: 0, label: `Body of the ${title.toLowerCase()}` }, text)
    : element("p", "muted", "No body");
  return element("div", "message", element("h3", "", title), descriptionList(Object.entries(headers)), shown);
}

/** Undefined if the text is not JSON. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Resolves a JSON pointer (RFC 6901). */
function valueAt(body, pointer) {
  const names = pointer.split("/").slice(1);
  const own = (value, name) => (Object.hasOwn(Object(value), name) ? value[name] : undefined);
  return names.reduce((value, name) => own(value, name.replaceAll("~1", "/").replaceAll("~0", "~")), body);
}
