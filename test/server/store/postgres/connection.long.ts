import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, type TestContext, test } from "vitest";
import { NOBODY, startPostgres } from "../../../../scripts/shared/postgres-server.ts";
import { MAIN } from "../../../../scripts/shared/server-process.ts";
import { startTestProgram } from "../../../helpers/program.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

/** The URL of a PostgreSQL server of this test, with the password. */
async function postgresWith(...settings: string[]): Promise<URL> {
  const postgres = await startPostgres({ fsync: false, settings });
  onTestFinished(() => postgres.remove());
  return new URL(postgres.url);
}

/** Starts the server on this database: its banner or, if it ends, its exit code and output. */
async function startOn(url: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = { ...process.env, NEXUS_SYNC_DATABASE: url, ...environment };
  const command = [process.execPath, MAIN, "--port", "0", "--control-port", "none", "--directory", "none"];
  const program = startTestProgram(command, { env });
  const text = await program.printed(/"url":"http.*\n/).catch(async () => {
    const { code, output } = await program.ended;
    return `${code}: ${output}`;
  });
  await program.end();
  return text;
}

/** Files of a private certificate authority and of a certificate for localhost; the test is skipped without openssl. */
function certificates(context: TestContext) {
  context.skip(spawnSync("openssl", ["version"]).status !== 0, "openssl is missing.");
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const [ca, caKey, request, certificate, key, names] = ["ca.crt", "ca.key", "a.csr", "a.crt", "a.key", "names"].map(
    (name) => join(folder, name),
  ) as [string, string, string, string, string, string];
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore" });
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  writeFileSync(names, "subjectAltName=DNS:localhost");
  openssl("req", "-x509", ...ec, "-subj", "/CN=Test CA", "-days", "2", "-keyout", caKey, "-out", ca);
  openssl("req", ...ec, "-subj", "/CN=localhost", "-keyout", key, "-out", request);
  const signed = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-extfile", names, "-days", "2"];
  openssl("x509", "-req", "-in", request, ...signed, "-out", certificate);
  if (NOBODY.uid !== undefined) chownSync(key, NOBODY.uid, NOBODY.gid);
  chmodSync(key, 0o600);
  return { ca, certificate, key };
}

test("TLS with a private certificate authority is verified, also by name", { timeout: 120_000 }, async (context) => {
  const { ca, certificate, key } = certificates(context);
  const url = await postgresWith("ssl=on", `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`);
  const at = (hostname: string, query: string) => `${Object.assign(new URL(url), { hostname }).href}?${query}`;

  for (const mode of ["verify-full", "require"]) {
    const output = await startOn(at("localhost", `sslmode=${mode}&sslrootcert=${ca}`));
    expect(output).toMatch(/"url":"http:/);
    expect(output).not.toMatch(/WARNING/);
  }
  expect(await startOn(at("localhost", "sslmode=verify-full"))).toMatch(/^2: .* can't be used: .*certificate/);
  expect(await startOn(at("127.0.0.1", `sslmode=verify-full&sslrootcert=${ca}`))).toMatch(/^2: .* IP: 127\.0\.0\.1/);
  expect(await startOn(at("localhost", `sslmode=verify-full&sslrootcert=${ca}-none`))).toMatch(/^2: .*ENOENT.*\n$/);
});

test("a password in the file PGPASSFILE is used", async () => {
  const url = await postgresWith();
  const file = join(temporaryFolder(), "pgpass");
  writeFileSync(file, `127.0.0.1:${url.port}:postgres:postgres:${url.password}\n`, { mode: 0o600 });
  url.password = "";

  expect(await startOn(url.href, { PGPASSFILE: file })).toMatch(/"url":"http:/);
  expect(await startOn(url.href, { PGPASSFILE: `${file}-none` })).toMatch(/^2: .* requires a password: set /);
});

test("a Unix socket is used if its folder is the parameter host, or the encoded host", async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o777);
  const { port, password } = await postgresWith(`unix_socket_directories=${folder}`, "listen_addresses=");
  const encoded = encodeURIComponent(folder);

  for (const url of [
    `postgres://postgres@/postgres?host=${folder}&port=${port}`,
    `postgres://postgres@${encoded}:${port}/postgres`,
  ]) {
    const output = await startOn(url, { NEXUS_SYNC_DATABASE_PASSWORD: password });
    expect(output).toMatch(/"url":"http:/);
    expect(output).not.toMatch(/not encrypted/);
  }
});
