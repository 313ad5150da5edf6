import { byId, element, facts, plural, renderList } from "./dom.js";

/** The live list of requests. `onChange` is told when there are others than before. */
export function createRequests(api, onChange) {
  const list = byId("request-list");
  let tag;
  return {
    forgetTag() {
      tag = undefined;
    },
    async refresh() {
      const onTag = (next) => {
        tag = next;
      };
      const journal = await api.call("GET", "/requests", { tag, onTag });
      if (!journal) return;
      const { requests, evicted } = journal;
      renderList(list, requests, { keyOf, create: requestItem });
      byId("no-requests").hidden = requests.length > 0;
      byId("request-count").textContent = `${requests.length}${evicted > 0 ? `, and ${evicted} forgotten` : ""}`;
      await onChange();
    },
  };
}

/** An id is the caller's to choose, and may come twice. */
function keyOf({ id, at, durationMs }) {
  return `${id} ${at} ${durationMs}`;
}

function requestItem(entry) {
  const details = element("details", {}, summaryOf(entry));
  // Made when it is looked at first: most never are.
  const open = () => details.append(contentOf(entry));
  details.addEventListener("toggle", open, { once: true });
  return details;
}

function summaryOf({ status, method, path, problem, rule, durationMs, session, at }) {
  return element(
    "summary",
    {},
    element(
      "span",
      { className: "status", data: { kind: kindOf(status) } },
      status === undefined ? "cut" : String(status),
    ),
    element("span", { className: "method" }, method),
    element("span", { className: "path" }, path),
    element(
      "span",
      { className: "notes" },
      problem ? element("span", { className: "chip" }, problem) : [],
      rule ? element("span", { className: "chip", title: `Rule ${rule}` }, "fault") : [],
      session ? element("span", { className: "chip" }, `session ${session}`) : [],
      element("span", { className: "muted" }, `${durationMs ?? "?"} ms`),
      element("time", { className: "muted", dateTime: at }, new Date(at).toLocaleTimeString()),
    ),
  );
}

function kindOf(status) {
  if (status === undefined) return "none";
  if (status < 400) return "good";
  return status < 500 ? "refused" : "failed";
}

function contentOf(entry) {
  const { id, operationId, userId, audience, connectionId, caller, rule, at, errors = [], request, answer } = entry;
  return element(
    "div",
    { className: "content" },
    errors.length > 0 ? wrongs(errors, request.body) : [],
    facts([
      ["Request id", id],
      ["At", at],
      ["Operation", operationId],
      ["User", userId],
      ["Audience", audience],
      ["Connection", connectionId],
      ["Caller", caller],
      ["Fault rule", rule],
    ]),
    message("Request", request),
    message("Answer", answer),
  );
}

/** What was wrong, pointer by pointer, each with what was sent there. */
function wrongs(errors, body) {
  const sent = parsed(body);
  const rows = errors.map(({ pointer, in: place, name, detail }) => {
    const where = pointer === undefined ? `${place} ${name}` : pointer || "(the whole body)";
    const value = pointer === undefined ? undefined : valueAt(sent, pointer);
    return [
      element("dt", {}, element("code", {}, where)),
      element(
        "dd",
        {},
        detail,
        value === undefined
          ? []
          : element("span", { className: "sent" }, "sent: ", element("code", {}, JSON.stringify(value))),
      ),
    ];
  });
  return element(
    "div",
    { className: "wrongs" },
    element("h3", {}, `${plural(errors.length, "thing")} wrong`),
    element("dl", {}, rows.flat()),
  );
}

function message(title, { headers, body }) {
  return element(
    "div",
    { className: "message" },
    element("h3", {}, title),
    facts(Object.entries(headers)),
    body
      ? element("pre", { tabIndex: 0, label: `Body of the ${title.toLowerCase()}` }, pretty(body))
      : element("p", { className: "muted" }, "No body"),
  );
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pretty(text) {
  const value = parsed(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

/** RFC 6901. */
function valueAt(body, pointer) {
  const names = pointer.split("/").slice(1);
  const own = (at, name) => (typeof at === "object" && at !== null && Object.hasOwn(at, name) ? at[name] : undefined);
  return names.reduce((at, name) => own(at, name.replaceAll("~1", "/").replaceAll("~0", "~")), body);
}
