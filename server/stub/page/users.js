import { byId, element, renderList } from "./dom.js";

/** The users of the directory, each with what a sign-in would give. */
export function createUsers(api) {
  return {
    async refresh() {
      const { users, total } = await api.call("GET", "/users");
      renderList(byId("user-list"), users, { keyOf: JSON.stringify, create: userItem });
      byId("user-count").textContent = users.length < total ? `the first ${users.length} of ${total}` : String(total);
    },
  };
}

function userItem({ id, name, signIns }) {
  const given = signIns.map(signInItem);
  return element(
    "div",
    { className: "user" },
    element("p", {}, element("strong", {}, name ?? id), " ", element("code", {}, id)),
    given.length > 0
      ? element("ul", {}, given)
      : element("p", { className: "muted" }, "No connection with a role in reach"),
  );
}

function signInItem({ connectionId, audience, isAuthenticated, roles }) {
  const chips = roles.map((role) => element("span", { className: "chip role" }, role));
  const none = element("span", { className: "muted" }, isAuthenticated ? "no role" : "not authenticated");
  return element(
    "li",
    {},
    element("span", { className: "muted" }, `${connectionId} → ${audience}`),
    element("span", { className: "roles" }, chips.length > 0 ? chips : none),
  );
}
