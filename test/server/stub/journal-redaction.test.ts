import { expect, test } from "vitest";
import type { Call } from "../../helpers/server-fixture.ts";
import { basicOf, bearerOf, JSON_TYPE, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { call, pathOf } from "./call.ts";

const PLANTED = "planted-s3cret";
const basic = (name: string, secret: string) => `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`;

/** Headers that carry a secret, or that a proxy or a careless caller may put one into. */
const SECRET_HEADERS = {
  ...{ Authorization: `Bearer ${PLANTED}`, "Proxy-Authorization": basic("proxy", PLANTED), Cookie: `sid=${PLANTED}` },
  ...{ "X-Application-Token": PLANTED, "X-Api-Key": PLANTED, ApiKey: PLANTED, "X-Auth-Request": PLANTED },
  ...{ "X-Amz-Security-Token": PLANTED, "X-Hub-Signature-256": PLANTED, "X-Client-Secret": PLANTED },
  ...{ "X-Forwarded-Authorization": PLANTED, "X-Vault-Password": PLANTED, "X-Amz-Credential": PLANTED },
  Referer: `https://app.acme.example/?token=${PLANTED}`,
};

test("no secret is anywhere in the journal, whether it let the caller in or not", async () => {
  const { server } = await startStubWithClient();
  const { token, applicationToken } = bearerOf(server);
  const { username, password } = basicOf(server);
  const good = { Authorization: `Bearer ${token}`, "X-Application-Token": String(applicationToken) };
  const calls: Call[] = [
    {},
    { credentials: good },
    { credentials: { ...good, "X-Application-Token": PLANTED } },
    { credentials: { Authorization: basic(username, PLANTED) } },
    { credentials: { Authorization: `Planted ${PLANTED}` } },
    { headers: SECRET_HEADERS, credentials: {} },
    { headers: { ...JSON_TYPE, ...SECRET_HEADERS }, credentials: good },
    { path: `${pathOf("u-ada")}?access_token=${PLANTED}&api_key=${String(password)}` },
    { path: `http://${username}:${String(password)}@127.0.0.1${pathOf("u-ada")}` },
    { path: `//${username}:${PLANTED}@127.0.0.1${pathOf("u-ada")}` },
    { headers: { Prefer: "code=401" } },
    { credentials: {}, headers: { Prefer: "code=401" } },
  ];
  const statuses = [];
  for (const one of calls) statuses.push((await call(server, one)).status);
  expect(statuses).toEqual([200, 200, 401, 401, 401, 401, 200, 200, 404, 404, 401, 401]);

  await expect.poll(() => server.journal.list().requests).toHaveLength(calls.length);
  const journal = JSON.stringify(server.journal.list());
  const { demo } = server;
  const secrets = [PLANTED, demo?.apiKey.secret, demo?.applicationToken, demo?.bearerToken];
  const encoded = [basic(username, String(password)), basic(username, PLANTED), basic("proxy", PLANTED)];
  for (const secret of [...secrets, ...encoded.map((text) => text.slice("Basic ".length))]) {
    expect(secret).toBeTruthy();
    expect(journal).not.toContain(secret);
  }
  // A token in three parts: not even its signature or payload.
  for (const part of demo?.bearerToken.split(".") ?? []) expect(journal).not.toContain(part);
});

test("that a secret was sent is told, and what else was sent is shown", async () => {
  const { server } = await startStubWithClient();
  const headers = { ...JSON_TYPE, ...SECRET_HEADERS, "X-Trace": "planted-trace", "User-Agent": "login-hook/1" };
  await call(server, { headers });
  await call(server, { credentials: {}, body: signIn() });
  await expect.poll(() => server.journal.list().requests).toHaveLength(2);
  const [anonymous, known] = server.journal.list().requests;
  const hidden = Object.fromEntries(Object.keys(SECRET_HEADERS).map((name) => [name.toLowerCase(), "(hidden)"]));
  expect(known?.request.headers).toMatchObject({ ...hidden, "x-trace": "planted-trace", "user-agent": "login-hook/1" });
  expect(anonymous?.answer.headers["www-authenticate"]).toContain("Bearer realm=");
});
