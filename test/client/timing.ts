/** Settles with the call, which must end before a timer of `ms` that starts with it. A slow machine delays both. */
export async function within<Result>(ms: number, call: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, ms, new Error(`The call takes longer than ${ms} ms.`));
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}

/** Settles with the call, which must end as soon as the signal aborts: before a timer that starts then. */
export async function atAbort<Result>(signal: AbortSignal, call: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => setTimeout(reject, 50, new Error("The call did not end at the abort.")));
  return Promise.race([call, late]);
}
