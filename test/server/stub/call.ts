import type { RunningStub } from "../../../server/stub/start-stub.ts";
import { type Call, type ServerResponse, send } from "../../helpers/server-fixture.ts";
import { basicHeader, JSON_TYPE, signIn } from "../../helpers/stub.ts";

/** A good sign-in of u-ada with the demo credentials, but for what is given; several headers of one name as a list. */
export function call(server: RunningStub, { headers, ...changes }: Call = {}): Promise<ServerResponse> {
  return send(server, {
    credentials: basicHeader(server),
    headers: { ...JSON_TYPE, ...headers },
    body: signIn({ groups: ["engineers"], attributes: { department: "Engines" } }),
    ...changes,
  });
}

/** The request for a user, as a path. */
export function pathOf(userId: string): string {
  return `/v1/users/${encodeURIComponent(userId)}/$sync`;
}

/** The detail of the one violation that a 400 lists. */
export function violationIn({ text }: ServerResponse): unknown {
  return JSON.parse(text).errors[0];
}
