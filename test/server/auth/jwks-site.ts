import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import pino from "pino";
import { onTestFinished, vi } from "vitest";
import { jwksFromUrl } from "../../../server/auth/jwks.ts";
import { ACCESS, AUDIENCE, bearer, claims, ISSUER, NOW } from "../../helpers/access.ts";
import { send, startServerFixture } from "../../helpers/server-fixture.ts";
import type { Signer } from "./signers.ts";

/** An endpoint on a port of its own, whose listener a test may change; closed at the end of the test. */
export async function openEndpoint(listener: RequestListener) {
  const state = { listener, requests: 0 };
  const server = createServer((request, response) => {
    state.requests += 1;
    state.listener(request, response);
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

/** Breaks the connection without a response. */
export const outage: RequestListener = (request) => request.socket.destroy();

/** A server whose Bearer keys come from an endpoint. `Date` is a fake, because jose uses it; timers are real. */
export async function openJwksSite(listener: RequestListener, { timeoutMs = 3_000 } = {}) {
  const endpoint = await openEndpoint(listener);
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  onTestFinished(() => void vi.useRealTimers());
  const warnings: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => warnings.push(line) });
  const keys = jwksFromUrl(`${endpoint.url}?key=planted`, { log, timeoutMs });
  const tokens = { keys, issuer: ISSUER, audience: AUDIENCE };
  const site = await startServerFixture({ clock: () => new Date(), access: { ...ACCESS, tokens } });
  onTestFinished(() => site.close());
  /** Credentials that are valid now if the key is accepted. */
  const credentials = (signer: Signer) => {
    const seconds = Math.floor(Date.now() / 1_000);
    return bearer(signer.token({ payload: claims({ iat: seconds, exp: seconds + 60 }) }));
  };
  return {
    ...{ endpoint, warnings, site, credentials },
    /** Sets the clock to this number of seconds after the start. */
    at: (seconds: number) => vi.setSystemTime(NOW.getTime() + seconds * 1_000),
    status: async (signer: Signer) => (await send(site.server, { credentials: credentials(signer) })).status,
  };
}
