import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { jwksFromFile } from "../../../server/auth/jwks-file.ts";
import { JwksRefused } from "../../../server/auth/key-set.ts";
import { ACCESS, AUDIENCE, bearer, ISSUER } from "../../helpers/access.ts";
import { check } from "../../helpers/bad-input.ts";
import { openSite, send } from "../../helpers/site.ts";
import { createSigner, type Signer } from "./signers.ts";

const [old, next] = [createSigner("k-old"), createSigner("k-next")];

/** A file with this text, a log beside it, and a way to read it as keys; ends with the test. */
async function openFile(text: string | undefined) {
  const folder = await mkdtemp(join(tmpdir(), "nexus-sync-jwks-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "jwks.json");
  if (text !== undefined) await writeFile(file, text);
  const warnings: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => warnings.push(line) });
  return { file, warnings, read: () => jwksFromFile(file, { log }) };
}

/** A server with the keys of a file; ends with the test. */
async function openFileSite(...keys: unknown[]) {
  const { file, warnings, read } = await openFile(JSON.stringify({ keys }));
  const tokens = { keys: await read(), issuer: ISSUER, audience: AUDIENCE };
  const site = await openSite({ access: { ...ACCESS, tokens } });
  onTestFinished(() => site.close());
  const status = async (signer: Signer) => (await send(site.server, { credentials: bearer(signer.token()) })).status;
  return { file, warnings, site, status };
}

describe("a key set in a file", () => {
  test("holds the keys that work, and a token of another is 401", async () => {
    const { site, status } = await openFileSite(old.jwk);
    expect(await status(old)).toBe(200);
    await check(site, { name: "another key", status: 401, credentials: bearer(next.token()) });
  });

  test("that is written anew or replaced counts from the next token on", async () => {
    const { file, status } = await openFileSite(old.jwk);
    expect(await status(old)).toBe(200);

    await writeFile(file, JSON.stringify({ keys: [old.jwk, next.jwk] }));
    expect([await status(old), await status(next)]).toEqual([200, 200]);

    await writeFile(`${file}.new`, JSON.stringify({ keys: [next.jwk] }));
    await rename(`${file}.new`, file);
    expect([await status(old), await status(next)]).toEqual([401, 200]);
  });

  test("that is broken or gone leaves the last good keys, with one warning, until it is mended", async () => {
    const { file, warnings, status } = await openFileSite(old.jwk);

    await writeFile(file, '{"keys":"planted');
    expect([await status(old), await status(old)]).toEqual([200, 200]);
    expect(warnings).toEqual([expect.stringContaining("jwks.json: it is not JSON in UTF-8")]);

    await rm(file);
    expect([await status(old), await status(old)]).toEqual([200, 200]);
    expect(warnings).toEqual([expect.anything(), expect.stringContaining("ENOENT")]);

    await writeFile(file, JSON.stringify({ keys: [next.jwk] }));
    expect([await status(old), await status(next)]).toEqual([401, 200]);
  });

  test("may begin with a byte order mark", async () => {
    const { read } = await openFile(`\ufeff${JSON.stringify({ keys: [old.jwk] })}`);
    await expect(read()).resolves.toBeTypeOf("function");
  });

  const REFUSED = {
    "is not there": [undefined, "ENOENT"],
    "is no JSON": ['{"planted', "it is not JSON in UTF-8"],
    "is a list": ["[]", "it is not an object with a list 'keys'"],
    "has no key": ['{"keys":[]}', "it has no public key with a kid that can check a signature"],
    "has one id twice": [JSON.stringify({ keys: [old.jwk, old.jwk] }), "two keys have the kid 'k-old'"],
  } as const;
  for (const [name, [text, reason]] of Object.entries(REFUSED)) {
    test(`that ${name} ends the start with its name and the reason`, async () => {
      const { file, read } = await openFile(text);
      const error = await read().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(JwksRefused);
      expect(String(error)).toContain(`${file}: ${reason}`);
      expect(String(error)).not.toContain("planted");
    });
  }
});
