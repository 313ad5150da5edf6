import { byId, element, renderList } from "./dom.js";

/** The users of the directory, each with the results of a sign-in. */
export function createUsers(api) {
  return {
    async refresh() {
      const { users, total } = await api.call("GET", "/users");
      renderList(byId("user-list"), users, { keyOf: JSON.stringify, create: userItem });
      byId("user-count").textContent = users.length < total ? `first ${users.length} of ${total}` : String(total);
    },
  };
}

function userItem({ id, name, signIns }) {
  const empty = element("p", "muted", "No roles at any connection");
  return element(
    "div",
    "",
    element("p", "", element("strong", "", name ?? id), " ", element("code", "", id)),
    signIns.length > 0 ? element("ul", "", signIns.map(signInItem)) : empty,
  );
}

function signInItem({ connectionId, audience, isAuthenticated, roles }) {
  const names = roles.map((role) => element("span", "chip role", role));
  const empty = element("span", "muted", isAuthenticated ? "no roles" : "not authenticated");
  const place = element("span", "muted", `${connectionId} → ${audience}`);
  return element("li", "", place, element("span", "row", names.length > 0 ? names : empty));
}
