import { ControlError, createApi } from "./api.js";
import { createCredentials } from "./credentials.js";
import { byId } from "./dom.js";
import { createFaults } from "./faults.js";
import { createRequests } from "./requests.js";
import { createUsers } from "./users.js";

const POLL_MS = 1_000;

const api = createApi();
const credentials = createCredentials(api);
const users = createUsers(api, showError);
const faults = createFaults(api);
const requests = createRequests(api, users.refresh);
let timer;

/** Refreshes the page every second while it is visible, except while the form for the token is open. */
async function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    await requests.refresh();
    await faults.refresh();
    showState("Live", "ok");
  } catch (error) {
    showError(error);
  }
  clearTimeout(timer);
  if (byId("token-form").hidden) timer = setTimeout(poll, POLL_MS);
}

function showState(text, level) {
  const state = byId("state");
  if (state.textContent !== text) state.textContent = text;
  state.dataset.level = level;
}

function showError(error) {
  // The session was switched, which started another poll.
  if (error.name === "AbortError") return;
  showState(error instanceof ControlError ? error.message : "The stub is not reachable. Retrying…", "error");
  if (error.status !== 401) return;
  byId("token-form").hidden = false;
  byId("token").focus();
}

function enterSession() {
  api.enterSession(byId("session").value.trim());
  poll();
}

function onSubmit(id, work) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    work();
  });
}

function onClick(id, work) {
  byId(id).addEventListener("click", () => work().then(poll, showError));
}

onSubmit("session-form", enterSession);
onSubmit("token-form", () => {
  api.useToken(byId("token").value);
  byId("token").value = "";
  byId("token-form").hidden = true;
  enterSession();
  credentials.refresh().catch(showError);
});
onClick("clear-requests", () => api.call("DELETE", "/requests"));
onClick("refresh-users", users.refresh);
onClick("reset", async () => {
  if (!confirm("Restore the start directory, and remove all faults and requests?")) return;
  await api.call("POST", "/reset");
  await users.refresh();
});
document.addEventListener("visibilitychange", poll);

enterSession();
credentials.refresh().catch(showError);
api.call("GET", "/openapi.json").then(({ servers: [{ url }] }) => byId("stub-url").append(url), showError);
