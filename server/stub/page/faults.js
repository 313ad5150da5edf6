import { byId, element, renderList } from "./dom.js";

const PARAMETERS = ["status", "retryAfterSeconds", "ms", "sigma", "seed"];
const MATCHES = ["userId", "audience", "connectionId", "operationId"];

/** Lists, adds and removes the fault rules. */
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
    const problem = byId("fault-problem");
    problem.textContent = "";
    try {
      show((await api.call("PUT", "/faults", { rules: next })).rules);
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  /** Moves the focus to the title, because the button disappears. */
  const onRemove = (button, left) => {
    button.addEventListener("click", async () => {
      await replace(left());
      byId("faults-title").focus();
    });
  };
  const faultItem = ({ id, rule }) => {
    const text = describe(rule);
    const remove = element("button", { type: "button", label: `Remove: ${text}` }, "Remove");
    onRemove(remove, () => remaining(rules.filter((one) => one.id !== id)));
    return element("div", "row", element("span", "", text, element("span", "fired muted")), remove);
  };
  const showFields = () => {
    for (const fields of form.querySelectorAll("fieldset[data-kind]")) {
      fields.disabled = fields.dataset.kind !== form.elements.kind.value;
      fields.hidden = fields.disabled;
    }
  };

  form.elements.kind.addEventListener("change", showFields);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    replace([...remaining(rules), ruleIn(new FormData(form))]);
  });
  onRemove(byId("remove-faults"), () => []);
  // A browser may restore an earlier choice when the page is reloaded.
  showFields();
  return { refresh };
}

/** The rules with their remaining `times`, because replacing rules resets the counts. */
function remaining(rules) {
  return rules.flatMap(({ rule, fired }) => {
    if (rule.times === undefined) return [rule];
    return fired < rule.times ? [{ ...rule, times: rule.times - fired }] : [];
  });
}

/** Empty fields are left out; the form data has no disabled fields. */
function ruleIn(data) {
  const given = (names) => names.flatMap((name) => (data.get(name) ? [[name, data.get(name)]] : []));
  const numbers = (names) => Object.fromEntries(given(names).map(([name, text]) => [name, Number(text)]));
  const fault = { kind: data.get("kind"), ...numbers(PARAMETERS) };
  return { match: Object.fromEntries(given(MATCHES)), ...numbers(["times"]), fault };
}

function describe({ match = {}, fault: { kind, ...parameters } }) {
  const list = (members) => Object.entries(members).map(([name, value]) => `${name} ${value}`);
  const { text } = byId("fault-kind").querySelector(`[value="${kind}"]`);
  return [text, ...list(parameters), `for ${list(match).join(", ") || "every request"}`].join(", ");
}

function updateFired(node, { rule, fired }) {
  const text = rule.times === undefined ? `fired ${fired}×` : `fired ${fired} of ${rule.times}`;
  const place = node.querySelector(".fired");
  if (place.textContent !== text) place.textContent = text;
}
