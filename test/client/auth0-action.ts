import { readFileSync } from "node:fs";
import { format } from "node:util";
import { compileFunction } from "node:vm";
import { onTestFinished } from "vitest";
import * as auth0 from "../../client/auth0/entry.ts";
import * as client from "../../client/nexus-client.ts";
import * as errors from "../../client/nexus-error.ts";
import { API, CONNECTION } from "../helpers/stub.ts";

const README = new URL("../../client/README.md", import.meta.url);

const MODULES: Readonly<Record<string, object>> = {
  "nexus-sync-client": { ...client, ...errors },
  "nexus-sync-client/auth0": auth0,
};

/** The source of the Action in the README. */
export function actionSource(): string {
  const [, section = ""] = readFileSync(README, "utf8").split("\n## An Auth0 Action\n");
  return /```js\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
}

interface ActionModule {
  exports: { onExecutePostLogin?: (event: object, api: object) => Promise<void> };
}

/** An Action, by default the README's, run as CommonJS, and its console output. */
export function runAction(source = actionSource()) {
  const output: string[] = [];
  const write = (...written: unknown[]) => void output.push(format(...written));
  const console = { log: write, warn: write, error: write };
  const module: ActionModule = { exports: {} };
  compileFunction(source, ["module", "exports", "require", "console"])(module, module.exports, requireOf, console);
  const { onExecutePostLogin } = module.exports;
  if (!onExecutePostLogin) throw new Error("The Action exports no onExecutePostLogin.");
  return { onExecutePostLogin, output };
}

/** Replaces the token endpoint of SECRETS.AUTH0_DOMAIN; passes on all other requests. Returns the token requests. */
export function tokenEndpoint(respondWith: () => Response): Request[] {
  const original = globalThis.fetch;
  const tokenRequests: Request[] = [];
  globalThis.fetch = async (...arguments_) => {
    const [input] = arguments_;
    const { host } = new URL(input instanceof Request ? input.url : input);
    if (host !== SECRETS.AUTH0_DOMAIN) return original(...arguments_);
    tokenRequests.push(new Request(...arguments_));
    return respondWith();
  };
  onTestFinished(() => {
    globalThis.fetch = original;
  });
  return tokenRequests;
}

function requireOf(name: string): object {
  const found = MODULES[name];
  if (!found) throw new Error(`Cannot find module '${name}'`);
  return found;
}

export const SECRETS = {
  NEXUS_AUDIENCE: "https://nexus.example",
  NEXUS_APPLICATION_TOKEN: "planted-application-token",
  AUTH0_DOMAIN: "acme.eu.auth0.example",
  CLIENT_ID: "planted-client",
  CLIENT_SECRET: "planted-client-secret",
  DEFAULT_AUDIENCE: API,
};

/** A post-login event as documented by Auth0: Ada signs in at CONNECTION for API. */
export function postLoginEvent(secrets: Partial<typeof SECRETS> & { NEXUS_URL: string }) {
  return {
    secrets: { ...SECRETS, ...secrets },
    client: { client_id: "c-1", name: "Portal", metadata: { upn_key: "erp" } },
    connection: { id: CONNECTION, name: "acme-ad", strategy: "ad" },
    resource_server: { identifier: API },
    request: { ip: "192.0.2.1", method: "GET", query: {}, body: {}, geoip: {} },
    stats: { logins_count: 1 },
    tenant: { id: "acme" },
    transaction: { protocol: "oidc-basic-profile" },
    user: {
      user_id: "auth0|ada",
      email: "ada@acme.example",
      email_verified: true,
      given_name: "Ada",
      family_name: "Lovelace",
      name: "Ada Lovelace",
      nickname: "ada",
      picture: "https://cdn.acme.example/ada.png",
      groups: ["engineers", "on-call"],
      app_metadata: {},
      user_metadata: {},
      identities: [{ connection: "acme-ad", provider: "ad", user_id: "ada", isSocial: false }],
    },
  };
}

/** The members of a post-login `api` that the Action uses. They record claims and denials. */
export function createActionApi() {
  const claims: Record<string, unknown> = {};
  const denied: string[] = [];
  const entries = new Map<string, { value: string; expires_at: number }>();
  const api = {
    access: { deny: (reason: string) => void denied.push(reason) },
    accessToken: { setCustomClaim: (name: string, value: unknown) => void Object.assign(claims, { [name]: value }) },
    cache: {
      get: (key: string) => entries.get(key),
      set(key: string, value: string, { ttl = 900_000 }: { ttl?: number } = {}) {
        entries.set(key, { value, expires_at: Date.now() + ttl });
        return { type: "success" };
      },
    },
  };
  return { api, claims, denied };
}
