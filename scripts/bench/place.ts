import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { SECURITY_SCHEMES } from "../../generated/operations.ts";
import { hashSecret } from "../../server/auth/credentials.ts";
import { makeDirectory } from "../load/made-directory.ts";
import { usualUser } from "./usual-sign-in.ts";

export const USERS = 1_000;
export const ISSUER = "https://login.acme.example";
export const AUDIENCE = "urn:nexus-sync:bench";

const SECRET = "bench-secret-bench-secret-bench-secret-0000";
const TOKEN = "bench-token-bench-token-bench-token-bench-0";

/** A folder with what a service needs, as whoever runs one has it, and the headers that get in. */
export interface Place {
  folder: string;
  credentials: string;
  keys: string;
  directory: string;
  basic: Record<string, string>;
  bearer: Record<string, string>;
}

export async function makePlace(folder: string): Promise<Place> {
  const [credentials, keys, directory] = ["credentials.json", "keys.json", "directory.ndjson"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const entry = { name: "Bench", permissions: ["user.write"] };
  const apiKeys = [{ id: "key-bench", sha256: hashSecret(SECRET), ...entry }];
  const applicationTokens = [{ id: "app-bench", sha256: hashSecret(TOKEN), ...entry }];
  writeFileSync(credentials, JSON.stringify({ apiKeys, applicationTokens }), { mode: 0o600 });
  const { token, key } = await signedToken();
  writeFileSync(keys, JSON.stringify({ keys: [key] }));
  await makeDirectory(directory, USERS, usualUser);
  return {
    ...{ folder, credentials, keys, directory },
    basic: { Authorization: `Basic ${Buffer.from(`key-bench:${SECRET}`).toString("base64")}` },
    bearer: { Authorization: `Bearer ${token}`, [SECURITY_SCHEMES.ApplicationToken.name]: TOKEN },
  };
}

async function signedToken() {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const token = await new SignJWT({ permissions: ["user.write"] })
    .setProtectedHeader({ alg: "ES256", kid: "bench" })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject("bench")
    .setIssuedAt()
    .setExpirationTime("12h")
    .sign(privateKey);
  return { token, key: { ...(await exportJWK(publicKey)), kid: "bench", alg: "ES256", use: "sig" } };
}
