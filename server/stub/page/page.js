import { ControlError, createApi } from "./api.js";
import { byId } from "./dom.js";
import { createFaults } from "./faults.js";
import { createRequests } from "./requests.js";
import { createUsers } from "./users.js";

/** Milliseconds between two polls, and after one that failed. */
const POLL_MS = 1_000;
const RETRY_MS = 3_000;

const api = createApi();
const users = createUsers(api);
const faults = createFaults(api);
const requests = createRequests(api, users.refresh);
let timer;

/** Refreshes the page, and schedules the next poll. A hidden page does not poll. */
async function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  const pause = await refresh().catch(showError);
  clearTimeout(timer);
  if (pause > 0) timer = setTimeout(poll, pause);
}

async function refresh() {
  await requests.refresh();
  await faults.refresh();
  return showState("Live", "ok", POLL_MS);
}

/** Shows the state, and returns the milliseconds to the next poll. */
function showState(text, level, pause) {
  const state = byId("state");
  if (state.textContent !== text) state.textContent = text;
  state.dataset.level = level;
  return pause;
}

function showError(error) {
  // The session was switched, which started another poll.
  if (error.name === "AbortError") return 0;
  if (!(error instanceof ControlError)) return showState("The stub is not reachable. Retrying…", "error", RETRY_MS);
  if (error.status !== 401) return showState(error.message, "error", RETRY_MS);
  byId("token-form").hidden = false;
  byId("token").focus();
  return showState(error.message, "warning", 0);
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
api.call("GET", "/openapi.json").then(({ servers: [{ url }] }) => byId("stub-url").append(url), showError);
