/** What the control port refused, or why nothing came. */
export class CallFailed extends Error {
  constructor(problem) {
    const details = (problem.errors ?? []).map(({ pointer, name, detail }) =>
      `${pointer ?? name ?? ""} ${detail}`.trim(),
    );
    super([problem.detail ?? problem.title, ...details].join("\n"));
    this.status = problem.status;
  }
}

/** Milliseconds. */
const PATIENCE = 10_000;

/** The control port, as this page uses it: one session at a time, and the token in memory only. */
export function createApi() {
  let [session, token] = ["", ""];
  let current = new AbortController();

  const headersFor = (body, tag) => ({
    ...(session && { "X-Contract-Session": session }),
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(body !== undefined && { "Content-Type": "application/json" }),
    ...(tag && { "If-None-Match": tag }),
  });
  return {
    /** Whatever is under way is for another session, and dropped. */
    enter(name) {
      session = name;
      current.abort();
      current = new AbortController();
    },
    useToken(text) {
      token = text;
    },
    /** The body of a good answer; undefined where there is none, or where it is as it was when it had that tag. */
    async call(method, path, { body, tag, onTag } = {}) {
      const signal = AbortSignal.any([current.signal, AbortSignal.timeout(PATIENCE)]);
      const text = body === undefined ? undefined : JSON.stringify(body);
      const answer = await fetch(path, {
        method,
        headers: headersFor(body, tag),
        body: text,
        signal,
        cache: "no-store",
      });
      if (answer.status === 204 || answer.status === 304) return undefined;
      const content = await answer.json();
      if (!answer.ok) throw new CallFailed(content);
      onTag?.(answer.headers.get("ETag"));
      return content;
    },
  };
}
