import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { openAccess } from "../../../server/auth/schemes.ts";
import { ConfigurationError } from "../../../server/configuration-error.ts";
import { ACCESS, AUDIENCE, bearer, ISSUER } from "../../helpers/access.ts";
import { check } from "../../helpers/bad-input.ts";
import { send, startServerFixture } from "../../helpers/server-fixture.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { createSigner, type Signer } from "./signers.ts";

const [old, next] = [createSigner("k-old"), createSigner("k-next")];

/** A file with this text; `open` loads it as a key set. Both are closed at the end of the test. */
async function openFile(text: string | Buffer | undefined) {
  const file = join(temporaryFolder(), "jwks.json");
  if (text !== undefined) await writeFile(file, text);
  const warnings: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => warnings.push(line) });
  const open = () => {
    const access = openAccess({ bearer: { jwks: { file }, issuer: ISSUER, audience: AUDIENCE } }, log);
    onTestFinished(access.close);
    return access;
  };
  return { file, warnings, open };
}

/** A server with the keys of a file; closed at the end of the test. */
async function openFileSite(text: string) {
  const { file, warnings, open } = await openFile(text);
  const { tokens } = open();
  const site = await startServerFixture({ access: { ...ACCESS, ...(tokens && { tokens }) } });
  onTestFinished(() => site.close());
  const status = async (signer: Signer) => (await send(site.server, { credentials: bearer(signer.token()) })).status;
  const statuses = async () => [await status(old), await status(next)];
  const become = (expected: number[]) => expect.poll(statuses, { timeout: 5_000, interval: 20 }).toEqual(expected);
  return { file, warnings, site, statuses, become };
}

function setOf(...signers: Signer[]): string {
  return JSON.stringify({ keys: signers.map(({ jwk }) => jwk) });
}

describe("a key set file", () => {
  test("may begin with a byte order mark, and is reloaded when it is written or replaced", async () => {
    const { file, site, statuses, become } = await openFileSite(`\ufeff${setOf(old)}`);
    expect(await statuses()).toEqual([200, 401]);
    await check(site, { name: "another key", status: 401, credentials: bearer(next.token()) });
    await writeFile(file, setOf(old, next));
    await become([200, 200]);
    await writeFile(`${file}.new`, setOf(next));
    await rename(`${file}.new`, file);
    await become([401, 200]);
  });

  test("leaves the last good keys in use while it is broken, with one warning", async () => {
    const { file, warnings, statuses, become } = await openFileSite(setOf(old));
    await writeFile(`${file}.new`, '{"keys":"planted');
    await rename(`${file}.new`, file);
    await expect.poll(() => warnings, { timeout: 5_000 }).toEqual([expect.stringContaining("is not JSON")]);
    expect(await statuses()).toEqual([200, 401]);
    await writeFile(file, setOf(next));
    await become([401, 200]);
    expect(warnings.join()).not.toContain("planted");
  });

  const REFUSED = {
    "is missing": [undefined, "ENOENT"],
    "is not JSON": ['{"planted', "is not JSON"],
    "is not UTF-8": [Buffer.from('\n{"planted\u00e9": 1}', "latin1"), "is not UTF-8: error at line 2 column 10"],
    "is a list": ["[]", "is not an object with a list 'keys'"],
    "has no key": ['{"keys":[]}', "has no public key with a kid that can verify a signature"],
    "has one id twice": [setOf(old, next, old), "has several keys with the kid k-old"],
  } as const;
  for (const [name, [text, reason]] of Object.entries(REFUSED)) {
    test(`that ${name} fails the start with its path and the reason`, async () => {
      const { file, open } = await openFile(text);
      const message = `The key set file ${file} was not loaded: 1 problem.`;
      expect(open).toThrow(expect.objectContaining({ message, problems: [expect.stringContaining(reason)] }));
      expect(open).toThrow(ConfigurationError);
      expect(open).not.toThrow(/planted/);
    });
  }
});
