import { randomBytes, randomUUID } from "node:crypto";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import type { TokenRules } from "../auth/bearer.ts";
import { type Credentials, hashSecret } from "../auth/credentials.ts";
import type { Clock } from "../clock.ts";

/** Printed when the stub starts, and valid until it ends; the Bearer token for a day. */
export interface DemoCredentials {
  apiKey: { id: string; secret: string };
  applicationToken: string;
  bearerToken: string;
}

const PERMISSIONS = ["user.write"];
const ISSUER = "https://login.acme.example/";
const AUDIENCE = "urn:nexus-sync:stub";

/** New secrets and a new key pair at each start, so that demo credentials work on this server only. */
export async function createDemoCredentials(
  clock: Clock,
): Promise<{ demo: DemoCredentials; credentials: Credentials; tokens: TokenRules }> {
  const [keySecret, applicationToken] = [randomSecret(), randomSecret()];
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const kid = randomUUID();
  const issuedAt = Math.floor(clock().getTime() / 1_000);
  const bearerToken = await new SignJWT({ permissions: PERMISSIONS })
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
      apiKeys: [{ id: "demo-key", sha256: hashSecret(keySecret), permissions: PERMISSIONS }],
      applicationTokens: [{ id: "demo-app", sha256: hashSecret(applicationToken), permissions: PERMISSIONS }],
    },
    tokens: { keys, issuer: ISSUER, audience: AUDIENCE },
  };
}

function randomSecret(): string {
  return randomBytes(24).toString("base64url");
}
