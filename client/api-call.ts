import createClient from "openapi-fetch";
import type { SyncUserIdentityRequest } from "../generated/operations.ts";
import type { paths, SyncUserIdentityResult } from "../generated/types.ts";
import { jsonObject, OPERATION, PATH, REQUEST_ID } from "./attempt.ts";
import { NexusError } from "./nexus-error.ts";

export interface ApiCall {
  baseUrl: string;
  userId: string;
  body: SyncUserIdentityRequest;
  /** Returns a 2xx response, or throws. */
  fetch: (request: Request) => Promise<Response>;
}

/**
 * Calls the operation through openapi-fetch, which fills in the path and makes the Request. This is the only import of
 * openapi-fetch (no releases since 2026-09).
 * @throws NexusError `decode` if the response has no JSON object; errors of `fetch` are passed on.
 */
export async function callApi({ baseUrl, userId, body, fetch }: ApiCall) {
  const api = createClient<paths>({ baseUrl, fetch, redirect: "manual", bodySerializer });
  const params = { path: { userId } };
  // As text, because the SyntaxError of openapi-fetch's own parsing quotes the body and comes without the response.
  const { data: text = "", response } = await api.PUT(PATH, { params, body, parseAs: "text" });
  const meta = { status: response.status, requestId: response.headers.get(REQUEST_ID) ?? "" };
  const data = jsonObject(response.headers, text);
  if (!data) throw new NexusError("decode", `${OPERATION} returned ${meta.status} without a JSON object.`, meta);
  // The server guarantees the contract's type; callers that do not rely on it set `responseSchema`.
  return { data: data as SyncUserIdentityResult, meta };
}

function bodySerializer(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new NexusError("config", "The body can't be written as JSON.", { cause });
  }
}
