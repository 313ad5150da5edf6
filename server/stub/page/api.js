/** A problem response of the control port. */
export class ControlError extends Error {
  constructor({ status, title, detail = title, errors = [] }) {
    const violations = errors.map(({ pointer, name, detail }) => `${pointer ?? name ?? ""} ${detail}`.trim());
    super([detail, ...violations].join("\n"));
    this.status = status;
  }
}

/** A client of the control port: one session at a time; the token is kept in memory only. */
export function createApi() {
  let [session, token] = ["", ""];
  let current = new AbortController();
  /** ETags of the session's responses, by path. */
  const tags = new Map();

  const headersFor = (method, path, content) => ({
    ...(session && { "X-Contract-Session": session }),
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(content && { "Content-Type": "application/json" }),
    ...(method === "GET" && tags.has(path) && { "If-None-Match": tags.get(path) }),
  });
  return {
    /** Aborts the calls of the previous session. */
    enterSession(name) {
      session = name;
      tags.clear();
      current.abort();
      current = new AbortController();
    },
    useToken(text) {
      token = text;
    },
    /** Returns the body of a response; undefined for 204, and for 304 if it has not changed since the last call. */
    async call(method, path, content) {
      const response = await fetch(path, {
        ...{ method, headers: headersFor(method, path, content), body: JSON.stringify(content), cache: "no-store" },
        signal: current.signal,
      });
      if (response.status === 204 || response.status === 304) return undefined;
      const body = await response.json();
      if (!response.ok) throw new ControlError(body);
      if (response.headers.has("ETag")) tags.set(path, response.headers.get("ETag"));
      return body;
    },
  };
}
