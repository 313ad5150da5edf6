import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { hashSecret } from "../../server/auth/credentials.ts";
import { acme, CONNECTION, identity } from "../helpers/stub.ts";

export interface Scene {
  folder: string;
  userIds: string[];
  /** Value of Authorization, for every server of the scene, however often it is started again. */
  authorization: string;
  /** Directory and credentials. */
  flags: string[];
}

/** A directory of so many users and the credentials for them, as files of a folder that ends with the test. */
export function createScene({ users }: { users: number }): Scene {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-faults-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [directory, credentials] = [join(folder, "directory.json"), join(folder, "credentials.json")];
  const userIds = Array.from({ length: users }, (_, index) => `u-${index}`);
  const listed = userIds.map((id, index) => ({ id, identities: [identity(CONNECTION, [], index + 1)] }));
  writeFileSync(directory, JSON.stringify(acme({ users: listed })));
  const secret = randomBytes(32).toString("base64url");
  const key = { id: "key-faults", name: "Faults", sha256: hashSecret(secret), permissions: ["user.write"] };
  writeFileSync(credentials, JSON.stringify({ apiKeys: [key], applicationTokens: [] }));
  return {
    folder,
    userIds,
    authorization: `Basic ${btoa(`${key.id}:${secret}`)}`,
    flags: ["--directory", directory, "--credentials", credentials],
  };
}
