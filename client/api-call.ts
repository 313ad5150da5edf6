import { mergeHeaders, serializeArrayParam, serializePrimitiveParam } from "openapi-fetch";
import type { Route } from "../generated/operations.ts";
import { type Complete, checkHeaders, checkSegment, withDefaults } from "./check-options.ts";
import { NexusError } from "./nexus-error.ts";
import type { ApiRequest, CallOptions, Received } from "./send.ts";

export interface ApiCall {
  baseUrl: string;
  route: Route;
  /** Path parameters in the template's order, the body if the operation has one, and the options. */
  args: readonly unknown[];
  /** Sent with each request; those of the call replace them. */
  headers: Readonly<Record<string, string>>;
  /** Those of the client. */
  limits: Complete<Pick<CallOptions, "timeoutMs" | "deadlineMs">>;
  send: (request: ApiRequest, options: Complete<Omit<CallOptions, "requestId">>) => Promise<Received>;
}

/**
 * Calls the operation. openapi-fetch encodes the path's segments and serializes query and headers; its createClient is not used,
 * because half of it is middleware, which can carry neither retries nor timeouts, and would be a sixth of the package.
 * This is the only import of openapi-fetch (no releases since 2026-09). Errors of `send` are passed on.
 */
export function callApi({ baseUrl, route, args, headers, limits, send }: ApiCall): Promise<Received> {
  const rest = [...args];
  const path = route.path.replace(/\{(.+?)\}/g, (_, name) => serializeSegment(checkSegment(name, rest.shift(), route)));
  const body = route.body && rest.shift();
  const [given = {}] = rest;
  const { signal } = new AbortController();
  const defaults: Options = { query: {}, headers: {}, requestId: undefined, signal, reportsPauses: false, ...limits };
  const options = withDefaults(defaults, given);
  const type = { "Content-Type": body === undefined ? undefined : route.body };
  const request = {
    method: route.method,
    url: `${baseUrl}${path}${serializeQuery(options.query, route.joined ?? [])}`,
    headers: Object.fromEntries(mergeHeaders(headers, type, checkHeaders(options.headers))),
    body: jsonOf(body),
  };
  return send(request, options);
}

/** Not by defaultPathSerializer, because its other styles, which no contract here can have, would be a twentieth of the package. */
function serializeSegment(segment: string): string {
  return serializeArrayParam("", [segment], { style: "simple", explode: false });
}

function jsonOf(body: unknown): string | null {
  try {
    return JSON.stringify(body) ?? null;
  } catch (cause) {
    // The runtime's error can contain names of the body.
    throw new NexusError("config", "The body can't be written as JSON.", { cause });
  }
}

type Options = Complete<Omit<CallOptions, "requestId">> & { query: Record<string, unknown>; requestId: unknown };

/**
 * The query with its question mark, or an empty text. Names are encoded. The items of an array are one parameter each, or one
 * parameter if it is `joined`.
 */
function serializeQuery(query: object, joined: readonly string[]): string {
  const text = Object.entries(query)
    .map(([key, value]) => {
      const name = encodeURIComponent(key);
      if (!Array.isArray(value)) return serializePrimitiveParam(name, value);
      return value.length && serializeArrayParam(name, value, { style: "form", explode: !joined.includes(key) });
    })
    .filter(Boolean)
    .join("&");
  return text && `?${text}`;
}
