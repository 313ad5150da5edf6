import { byId, element, renderList } from "./dom.js";

const WORDS = {
  reset: "reset the connection",
  "drop-answer": "sync, then drop the answer",
  "truncated-body": "sync, then cut the answer",
  "malformed-json": "sync, then break the JSON",
  "wrong-media-type": "sync, then answer as text/html",
};
const NUMBERS = ["status", "retryAfterSeconds", "ms", "sigma", "seed"];
const MATCHES = ["userId", "audience", "connectionId"];

/** The fault rules: listed, added and removed. */
export function createFaults(api) {
  const form = byId("fault-form");
  let rules = [];

  const show = (active) => {
    rules = active;
    renderList(byId("fault-list"), rules, { keyOf: ({ id }) => id, create: faultItem, update: updateFired });
    byId("fault-count").textContent = String(rules.length);
    byId("remove-faults").hidden = rules.length === 0;
  };
  const refresh = async () => show((await api.call("GET", "/faults")).rules);
  const replace = async (next) => {
    const said = byId("fault-problem");
    said.textContent = "";
    try {
      show((await api.call("PUT", "/faults", { body: { rules: next } })).rules);
    } catch (error) {
      said.textContent = error.message;
    }
  };
  const faultItem = ({ id, rule }) => {
    const text = `${wordsOf(rule.fault)}, ${matchOf(rule.match)}`;
    const remove = element("button", { type: "button", className: "quiet", label: `Remove: ${text}` }, "Remove");
    remove.addEventListener("click", async () => {
      await replace(stillToFire(rules.filter((one) => one.id !== id)));
      byId("faults-title").focus();
    });
    return element(
      "div",
      { className: "row" },
      element("span", {}, text, element("span", { className: "muted fired" })),
      remove,
    );
  };

  form.elements.kind.addEventListener("change", () => showFields(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    replace([...stillToFire(rules), ruleIn(new FormData(form))]);
  });
  byId("remove-faults").addEventListener("click", async () => {
    await replace([]);
    byId("faults-title").focus();
  });
  // A browser may have kept what was chosen before a reload.
  showFields(form);
  return { refresh };
}

/** A rule starts to count anew when the rules are replaced: what has fired already is taken off. */
function stillToFire(rules) {
  return rules.flatMap(({ rule, fired }) => {
    if (rule.times === undefined) return [rule];
    return fired < rule.times ? [{ ...rule, times: rule.times - fired }] : [];
  });
}

function showFields(form) {
  for (const fields of form.querySelectorAll("fieldset[data-kind]")) {
    const isChosen = fields.dataset.kind === form.elements.kind.value;
    fields.hidden = !isChosen;
    fields.disabled = !isChosen;
  }
}

/** Fields that are disabled are not in the data, and those left empty are not meant. */
function ruleIn(data) {
  const given = (names) => names.flatMap((name) => (data.get(name) ? [[name, data.get(name)]] : []));
  const match = Object.fromEntries(given(MATCHES));
  const numbers = given(NUMBERS).map(([name, text]) => [name, Number(text)]);
  return {
    ...(Object.keys(match).length > 0 && { match }),
    ...(data.get("times") && { times: Number(data.get("times")) }),
    fault: { kind: data.get("kind"), ...Object.fromEntries(numbers) },
  };
}

function wordsOf({ kind, status, retryAfterSeconds, ms, sigma }) {
  if (kind === "status")
    return `answer ${status}${retryAfterSeconds === undefined ? "" : `, Retry-After ${retryAfterSeconds}`}`;
  if (kind === "latency") return `wait ${ms} ms${sigma === undefined ? "" : `, lognormal with sigma ${sigma}`}`;
  return WORDS[kind];
}

function matchOf(match = {}) {
  const parts = Object.entries(match).map(([name, value]) => `${name} ${value}`);
  return parts.length === 0 ? "for every request" : `for ${parts.join(", ")}`;
}

function updateFired(node, { rule, fired }) {
  const text = rule.times === undefined ? `fired ${fired}×` : `fired ${fired} of ${rule.times}`;
  const place = node.querySelector(".fired");
  if (place.textContent !== text) place.textContent = text;
}
