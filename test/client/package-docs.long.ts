import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import contract from "../../generated/openapi.json" with { type: "json" };
import { attachedDocs, missingFrom, shownDocs, writtenDocs } from "./doc-comments.ts";
import { type PackedClient, packClient, ROOT } from "./packed-client.ts";

let packed: PackedClient;
beforeAll(async () => {
  packed = await packClient();
}, 120_000);
afterAll(() => packed?.remove());

/** The text of all declarations for one module system. */
function declarations(suffix: ".d.ts" | ".d.cts"): string {
  return packed.files
    .filter((file) => file.endsWith(suffix))
    .map((file) => packed.read(file))
    .join("\n");
}

test.for([".d.ts", ".d.cts"] as const)("every doc comment in the built %s belongs to a declaration", (suffix) => {
  const built = declarations(suffix);
  expect(missingFrom(attachedDocs(built), writtenDocs(built))).toEqual([]);
});

test.for([".d.ts", ".d.cts"] as const)("the built %s has every doc comment of the contract's types", (suffix) => {
  const source = attachedDocs(readFileSync(join(ROOT, "generated/types.ts"), "utf8"));
  expect(source.length).toBeGreaterThan(150);
  expect(missingFrom(attachedDocs(declarations(suffix)), source)).toEqual([]);
});

test("editors show the contract's text for both methods of an operation, and for its types", () => {
  packed.write("docs.mts", DOCS);
  const names = ["syncUserIdentity", "safeSyncUserIdentity", "SyncUserIdentityResult", "User"];
  const shown = shownDocs(join(packed.project, "docs.mts"), names);
  const { summary } = contract.paths["/v1/users/{userId}/$sync"].put;
  expect(shown).toMatchObject({
    syncUserIdentity: expect.stringContaining(summary),
    safeSyncUserIdentity: expect.stringContaining(summary),
    User: expect.stringContaining("A user of the directory."),
    SyncUserIdentityResult: expect.stringContaining("The user and the roles"),
  });
});

const DOCS = `
import { createNexusClient, type SyncUserIdentityResult, type User } from "nexus-sync-client";
const client = createNexusClient({
  baseUrl: "",
  credentials: { type: "basic", username: "", password: "" },
});
void client.syncUserIdentity("u", { audience: "", attributes: [], connection: { connectionId: "" } });
void client.safeSyncUserIdentity("u", { audience: "", attributes: [], connection: { connectionId: "" } });
export type Both = SyncUserIdentityResult | User;
`;
