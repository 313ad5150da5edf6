import { byId, element, onInput, renderList } from "./dom.js";

/** The users of the directory, each with the results of a sign-in. The stub searches them, because it sends only some. */
export function createUsers(api, onError) {
  const filter = byId("user-filter");
  const refresh = async () => {
    const text = filter.value.trim();
    const { users, total } = await api.call("GET", text === "" ? "/users" : `/users?text=${encodeURIComponent(text)}`);
    // The filter has changed since, and its own request follows.
    if (filter.value.trim() !== text) return;
    renderList(byId("user-list"), users, { keyOf: JSON.stringify, create: userItem });
    const count = users.length < total ? `first ${users.length} of ${total}` : String(total);
    byId("user-count").textContent = text === "" ? count : `${count} found`;
  };
  onInput(filter, () => refresh().catch(onError));
  return { refresh };
}

function userItem({ id, name, signIns, withoutRoles }) {
  return element(
    "div",
    "",
    element("p", "", element("strong", "", name ?? id), " ", element("code", "", id)),
    element("ul", "", signIns.map(signInItem), withoutRoles.map(noRoleItem)),
  );
}

function signInItem({ connectionId, audience, isAuthenticated, roles, reason }) {
  const place = `${connectionId} → ${audience}`;
  if (roles.length === 0) return resultItem(place, isAuthenticated ? "no roles" : "not authenticated", reason);
  const names = roles.map((role) => element("span", "chip role", role));
  return element("li", "", element("span", "muted", place), element("span", "row", names));
}

function noRoleItem({ connectionId, reason }) {
  return resultItem(connectionId ?? "no connection", "no roles", reason);
}

function resultItem(place, result, reason) {
  return element("li", "", element("span", "muted", `${place}: ${result}`), element("p", "reason", reason));
}
