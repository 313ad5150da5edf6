import type { RunningStub } from "../../../server/stub/start-stub.ts";
import { type Call, send } from "../../helpers/server-fixture.ts";
import { basicHeader, JSON_TYPE, signIn } from "../../helpers/stub.ts";

/** Sends a valid sign-in of u-ada with the demo credentials, and the given changes; a list repeats a header. */
export function call(server: RunningStub, { headers, ...changes }: Call = {}) {
  return send(server, {
    credentials: basicHeader(server),
    headers: { ...JSON_TYPE, ...headers },
    body: signIn({ groups: ["engineers"], attributes: { department: "Engines" } }),
    ...changes,
  });
}

/** The path of the operation for a user. */
export function pathOf(userId: string): string {
  return `/v1/users/${encodeURIComponent(userId)}/$sync`;
}

/** The first violation of a 400. */
export function violationIn({ text }: { text: string }): unknown {
  return JSON.parse(text).errors[0];
}
