import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import pino from "pino";
import { onTestFinished } from "vitest";
import { jwksFromUrl } from "../../../server/auth/jwks.ts";
import { ACCESS, AUDIENCE, bearer, claims, ISSUER, NOW } from "../../helpers/access.ts";
import { openSite, send } from "../../helpers/site.ts";
import type { Signer } from "./signers.ts";

/** An endpoint on a port of its own, whose answer a test may change; ends with the test. */
export async function openEndpoint(answer: RequestListener) {
  const state = { answer, requests: 0 };
  const server = createServer((request, response) => {
    state.requests += 1;
    state.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json` });
}

export function keySet(...keys: unknown[]): RequestListener {
  return (_request, response) => response.end(JSON.stringify({ keys }));
}

/** An answer that never comes: the connection breaks. */
export const outage: RequestListener = (request) => request.socket.destroy();

/** A server whose Bearer keys come from an endpoint, with a clock to set; ends with the test. */
export async function openJwksSite(answer: RequestListener, { timeoutMs }: { timeoutMs?: number } = {}) {
  const endpoint = await openEndpoint(answer);
  const time = { now: NOW };
  const clock = () => time.now;
  const warnings: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => warnings.push(line) });
  const url = `${endpoint.url}?key=planted`;
  const source = jwksFromUrl(url, { log, clock, ...(timeoutMs !== undefined && { timeoutMs }) });
  const tokens = { keys: source.keys, issuer: ISSUER, audience: AUDIENCE };
  const site = await openSite({ clock, access: { ...ACCESS, tokens } });
  onTestFinished(() => site.close());
  return {
    ...{ endpoint, warnings, site, ready: source.ready },
    /** Sets the clock to so many seconds after the start. */
    at: (seconds: number) => {
      time.now = new Date(NOW.getTime() + seconds * 1_000);
    },
    /** The status of a request with a token that is good now, if only its key is. */
    status: async (signer: Signer) => (await send(site.server, { credentials: fresh(signer, time.now) })).status,
    /** The credentials of such a request. */
    credentials: (signer: Signer) => fresh(signer, time.now),
  };
}

function fresh(signer: Signer, now: Date) {
  const seconds = now.getTime() / 1_000;
  return bearer(signer.token({ payload: claims({ iat: seconds, exp: seconds + 60 }) }));
}
