import { CallFailed, createApi } from "./api.js";
import { byId } from "./dom.js";
import { createFaults } from "./faults.js";
import { createRequests } from "./requests.js";
import { createUsers } from "./users.js";

/** Milliseconds from one look to the next; longer where nobody answers. */
const PAUSE = 1_000;
const LONG_PAUSE = 3_000;

const api = createApi();
const users = createUsers(api);
const faults = createFaults(api);
const requests = createRequests(api, users.refresh);
let timer;

/** One look at a time: the next is planned when this one is over, and none while nobody looks at the page. */
async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  const pause = await refresh().then(
    () => say("Live", "good", PAUSE),
    (error) => tell(error),
  );
  clearTimeout(timer);
  if (pause > 0) timer = setTimeout(look, pause);
}

async function refresh() {
  await requests.refresh();
  await faults.refresh();
}

function say(text, kind, pause) {
  const state = byId("state");
  if (state.textContent !== text) state.textContent = text;
  state.dataset.kind = kind;
  return pause;
}

function tell(error) {
  // Another session was chosen meanwhile, and is looked at already.
  if (error.name === "AbortError") return 0;
  if (error instanceof CallFailed && error.status === 401) {
    byId("token-form").hidden = false;
    byId("token").focus();
    return say(error.message, "refused", 0);
  }
  return say(
    error instanceof CallFailed ? error.message : "The stub does not answer. Trying again…",
    "failed",
    LONG_PAUSE,
  );
}

/** From the start, for the session that is chosen now. */
function begin() {
  api.enter(byId("session").value.trim());
  requests.forgetTag();
  look();
}

function onSubmit(id, work) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    work();
  });
}

function onClick(id, work) {
  byId(id).addEventListener("click", () => work().then(look, tell));
}

onSubmit("session-form", begin);
onSubmit("token-form", () => {
  api.useToken(byId("token").value);
  byId("token").value = "";
  byId("token-form").hidden = true;
  begin();
});
onClick("forget", () => api.call("DELETE", "/requests"));
onClick("refresh-users", users.refresh);
onClick("reset", async () => {
  if (!confirm("Go back to the directory of the start, and forget requests and faults?")) return;
  await api.call("POST", "/reset");
  await users.refresh();
});
document.addEventListener("visibilitychange", look);

fetch("/openapi.json")
  .then((answer) => answer.json())
  .then(({ servers: [{ url }] }) => {
    byId("stub-url").textContent = url;
  })
  .catch(() => {});
begin();
