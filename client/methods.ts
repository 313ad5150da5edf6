import type { Methods, Route, SafeMethods } from "../generated/operations.ts";
import type { NexusError } from "./nexus-error.ts";
import type { ResponseHeaders } from "./response-headers.ts";
import type { CallOptions } from "./send.ts";

export interface CallMeta {
  /** HTTP status of the response. */
  status: number;
  /** X-Request-Id of the response, or the one that was sent if that is missing or not valid. */
  requestId: string;
  /** Milliseconds from the start of the call. */
  durationMs: number;
  /** Requests sent: 1 if the first succeeded. */
  attempts: number;
}

/** A union by `status` of the 2xx responses that the contract declares. `headers` and `status` are those received. */
export type SafeResult<Name extends keyof Methods = keyof Methods & "syncUserIdentity"> =
  | Success<Methods[Name]["results"]>
  | { ok: false; error: NexusError };
type Success<Result> = Result extends { status: infer Status; headers: infer Declared; data: infer Data }
  ? { ok: true; status: Status; headers: ResponseHeaders<Declared>; data: Data; meta: CallMeta }
  : never;

/** Empty for an operation without such parameters, required if one of them is. */
type Declared<Name extends string, Parameters> = string extends keyof Parameters
  ? unknown
  : Record<never, never> extends Parameters
    ? { [Key in Name]?: Parameters | undefined }
    : { [Key in Name]: Parameters };

/** The declared headers of an operation, and any others as text. */
type WithOtherHeaders<Parameters> = string extends keyof Parameters
  ? Readonly<Record<string, string>>
  : Parameters & Readonly<Record<string, string | Parameters[keyof Parameters]>>;

type OptionsOf<Method extends Methods[keyof Methods]> = Omit<CallOptions, "headers"> &
  Declared<"query", Method["query"]> &
  (Record<never, never> extends Method["headers"]
    ? { headers?: WithOtherHeaders<Method["headers"]> | undefined }
    : { headers: WithOtherHeaders<Method["headers"]> });

type ArgumentsOf<Method extends Methods[keyof Methods]> =
  Record<never, never> extends OptionsOf<Method>
    ? [...Method["arguments"], options?: OptionsOf<Method>]
    : [...Method["arguments"], options: OptionsOf<Method>];

/**
 * Two methods for each operation of the contract. Arguments: the path parameters in the template's order, the body if
 * there is one, and the options. Every call settles within `deadlineMs`.
 * @interface
 */
export type NexusClient = {
  [Name in keyof Methods]: (...args: ArgumentsOf<Methods[Name]>) => Promise<Methods[Name]["results"]["data"]>;
} & {
  [Safe in keyof SafeMethods]: (
    ...args: ArgumentsOf<Methods[SafeMethods[Safe]]>
  ) => Promise<SafeResult<SafeMethods[Safe]>>;
};

/** Makes one call of an operation. Never rejects. */
export type Call = (name: string, route: Route, args: readonly unknown[]) => Promise<SafeReturn>;
type SafeReturn =
  | { ok: true; status: number; headers: Headers; data: unknown; meta: CallMeta }
  | { ok: false; error: NexusError };

/** The methods of the routes, which are by name. */
export function createMethods(call: Call, routes: Readonly<Record<string, Route>>) {
  const methods: Record<string, (...args: unknown[]) => Promise<unknown>> = {};
  for (const [name, route] of Object.entries(routes)) {
    methods[`safe${name.replace(/./u, (first) => first.toUpperCase())}`] = (...args) => call(name, route, args);
    methods[name] = async (...args) => {
      const result = await call(name, route, args);
      if (!result.ok) throw result.error;
      return result.data;
    };
  }
  return methods;
}
