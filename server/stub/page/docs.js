import { createApi } from "./api.js";
import { byId } from "./dom.js";

const api = createApi();

// Sends requests only to this port and the stub, and keeps no credentials after the page is closed.
const ui = SwaggerUIBundle({
  dom_id: "#reference",
  url: "/openapi.json",
  validatorUrl: null,
  queryConfigEnabled: false,
  persistAuthorization: false,
  tryItOutEnabled: true,
  docExpansion: "full",
  defaultModelsExpandDepth: 0,
  onComplete: fillIn,
});

/** Fills in the demo credentials; the stub returns no others. Asks for the token if the control port requires one. */
async function fillIn() {
  try {
    const { credentials } = await api.call("GET", "/credentials");
    for (const { scheme, type, username, value } of credentials) {
      if (type === "basic") ui.preauthorizeBasic(scheme, username, value);
      else ui.preauthorizeApiKey(scheme, value);
    }
    byId("token-form").hidden = true;
  } catch (error) {
    byId("token-form").hidden = error.status !== 401;
    byId("token-problem").textContent = byId("token").value === "" ? "" : error.message;
  }
}

byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  api.useToken(byId("token").value);
  fillIn();
});
