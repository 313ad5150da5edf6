import { randomBytes, randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import type { DemoCredential } from "../../generated/control/types.ts";
import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import type { TokenRules } from "../auth/bearer.ts";
import { type Credentials, hashSecret } from "../auth/credentials.ts";
import type { Clock } from "../clock.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { loadContract } from "../contract/contract.ts";
import type { Operation, SecurityScheme } from "../contract/operations.ts";
import signIns from "../demo-sign-ins.json" with { type: "json" };

export const DEMO_DIRECTORY = fileURLToPath(new URL("../demo-directory.json", import.meta.url));

export interface DemoSignIn {
  userId: string;
  /** The case that this user demonstrates; printed in the banner. */
  shows: string;
  /** Names of the expected roles; null if the user is not authenticated. */
  roles: string[] | null;
  request: SyncUserIdentityRequest;
}

/** One realistic sign-in for each user of the demo directory. */
export const DEMO_SIGN_INS: readonly DemoSignIn[] = signIns;

/** Valid until the stub ends; the Bearer token for a day at most. */
export interface DemoCredentials {
  apiKey: { id: string; secret: string };
  applicationToken: string;
  bearerToken: string;
}

const ISSUER = "https://login.acme.example/";
const AUDIENCE = "urn:nexus-sync:stub";

interface DemoOptions {
  clock: Clock;
  document: URL | undefined;
  demoSecret: string | undefined;
}

/** Characters that need no quotes in a shell, in JSON and in a header. */
const SECRET = /^[\w.~+/=-]{1,256}$/;

/**
 * Creates a new key pair, and new secrets unless one is given, so that demo credentials are valid on one server only.
 * @throws ConfigurationError if the given secret has other characters.
 */
export async function createDemoCredentials({
  clock,
  document,
  demoSecret,
}: DemoOptions): Promise<{ demo: DemoCredentials; credentials: Credentials; tokens: TokenRules }> {
  if (demoSecret !== undefined && !SECRET.test(demoSecret))
    throw new ConfigurationError("NEXUS_SYNC_DEMO_SECRET must be 1 to 256 letters, digits and -._~+/= characters.", {
      setting: "NEXUS_SYNC_DEMO_SECRET",
    });
  const permissions = [...new Set(loadContract(document).operations.flatMap(permissionsIn))];
  const [keySecret, applicationToken] = [demoSecret ?? randomSecret(), demoSecret ?? randomSecret()];
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const kid = randomUUID();
  const issuedAt = Math.floor(clock().getTime() / 1_000);
  const bearerToken = await new SignJWT({ permissions })
    .setProtectedHeader({ alg: "ES256", kid })
    .setSubject("demo-login-hook")
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 86_400)
    .sign(privateKey);
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" }] });
  return {
    demo: { apiKey: { id: "demo-key", secret: keySecret }, applicationToken, bearerToken },
    credentials: {
      apiKeys: [{ id: "demo-key", sha256: hashSecret(keySecret), permissions }],
      applicationTokens: [{ id: "demo-app", sha256: hashSecret(applicationToken), permissions }],
    },
    tokens: { keys, issuer: ISSUER, audience: AUDIENCE },
  };
}

/** The demo credentials for each security scheme of a contract. */
export function credentialsFor(
  schemes: Readonly<Record<string, SecurityScheme>>,
  { apiKey, applicationToken, bearerToken }: DemoCredentials,
): DemoCredential[] {
  return Object.entries(schemes).map(([scheme, declared]) => {
    if (declared.type === "apiKey") return { scheme, type: "apiKey", header: declared.name, value: applicationToken };
    return declared.scheme === "basic"
      ? { scheme, type: "basic", username: apiKey.id, value: apiKey.secret }
      : { scheme, type: "bearer", value: bearerToken };
  });
}

/** The permissions and scopes that an operation requires in some way. */
function permissionsIn({ permissions, security }: Operation): string[] {
  return [...permissions, ...security.flatMap((requirement) => Object.values(requirement).flat())];
}

function randomSecret(): string {
  return randomBytes(24).toString("base64url");
}
