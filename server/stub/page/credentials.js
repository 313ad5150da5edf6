import { byId, element } from "./dom.js";

const COPIED_MS = 1_500;

/** Shows the demo credentials to copy. The section stays hidden if the stub has other credentials. */
export function createCredentials(api) {
  return {
    async refresh() {
      const { credentials } = await api.call("GET", "/credentials");
      byId("credential-list").replaceChildren(...credentials.flatMap(valuesOf).flatMap(rowOf));
      byId("credentials").hidden = credentials.length === 0;
    },
  };
}

function valuesOf({ scheme, username, header, value }) {
  if (username === undefined) return [[header ?? `${scheme} token`, value]];
  return [
    [`${scheme} user name`, username],
    [`${scheme} password`, value],
  ];
}

function rowOf([name, value]) {
  const text = element("code", "", value);
  const copy = element("button", { type: "button", label: `Copy: ${name}` }, "Copy");
  copy.addEventListener("click", () => copyText(value, text, copy));
  return [element("dt", "", name), element("dd", "", text, copy)];
}

/** Browsers have a clipboard only for https and loopback; elsewhere the text is selected, to copy it with the keyboard. */
async function copyText(value, text, button) {
  getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Selected";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, COPIED_MS);
}
