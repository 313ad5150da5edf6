import type { Response as UndiciResponse } from "undici-types";
import { expect, test } from "vitest";
import type { NexusClientOptions } from "../../client/nexus-client.ts";
import { createContractFetch } from "../../client/testing/contract-fetch.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor } from "./fault-server.ts";

const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

test("the headers and the request id of a call are sent, and replace those of the client", async () => {
  const fetch = createContractFetch();
  const ids: string[] = [];
  const onEvent = ({ requestId }: { requestId: string }) => void ids.push(requestId);
  const client = clientFor("https://nexus.example", { fetch, onEvent, headers: { "X-Tenant": "a", "X-Job": "j" } });
  const options = { headers: { traceparent: TRACEPARENT, "X-Tenant": "b" }, requestId: "job-7/line-3" };
  const result = await client.safeSyncUserIdentity("u", signIn(), options);
  expect(result).toMatchObject({ ok: true, meta: { requestId: "job-7/line-3" } });
  const [call] = fetch.calls;
  const headers = { traceparent: TRACEPARENT, "x-tenant": "b", "x-job": "j", "x-request-id": "job-7/line-3" };
  expect(call?.headers).toMatchObject(headers);
  expect(new Set(ids)).toEqual(new Set(["job-7/line-3"]));
});

test.for(["", "two words", "\u00fc", "x".repeat(129), 5 as unknown as string])(
  "the request id %j is a config error, and nothing is sent",
  async (requestId) => {
    const fetch = createContractFetch();
    const client = clientFor("https://nexus.example", { fetch });
    const result = await client.safeSyncUserIdentity("u", signIn(), { requestId });
    expect(result).toMatchObject({
      ok: false,
      error: { kind: "config", message: expect.stringContaining("requestId") },
    });
    expect(fetch.calls).toEqual([]);
  },
);

test("the fetch of undici has a type that the option accepts", () => {
  type Undici = (input: string, init?: import("undici-types").RequestInit) => Promise<UndiciResponse>;
  const accepts = (fetch: Undici): NexusClientOptions["fetch"] => fetch;
  expect(accepts).toBeTypeOf("function");
});
