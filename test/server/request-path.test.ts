import { createServer, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import type { RequestHandler } from "express";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "../../server/http/http-server.ts";
import { send } from "../../server/http/respond.ts";
import { startServer } from "../../server/start.ts";
import { ACCESS, basic } from "../helpers/access.ts";
import { startTestProgram } from "../helpers/program.ts";
import { acme, JSON_TYPE, signIn } from "../helpers/stub.ts";
import { temporaryDatabase } from "../helpers/temporary-folder.ts";

const CHILD = fileURLToPath(new URL("../helpers/request-path.ts", import.meta.url));
const MAX_FILES = 18;
const PATH = "/v1/users/u-ada/$sync";
const HEADERS = { ...JSON_TYPE, Authorization: basic() };

test(`a sync that changes a user executes functions of at most ${MAX_FILES} handwritten files`, async () => {
  const { credentials } = ACCESS;
  const bodies = ["planted-1", "planted-2"].map((department) => signIn({ groups: ["a"], attributes: { department } }));
  const options = { database: temporaryDatabase(), directory: acme(), access: { credentials } };
  const argument = JSON.stringify({ options, path: PATH, headers: HEADERS, bodies });
  const { output } = await startTestProgram([process.execPath, CHILD, argument]).ended;
  const { status, files } = JSON.parse(output);
  expect(status).toBe(200);
  for (const file of ["http/router.ts", "auth/security.ts", "store/sqlite/sqlite-store.ts"])
    expect(files).toContain(file);
  expect(files.length, files.join()).toBeLessThanOrEqual(MAX_FILES);
});

test("a request of a service adds at most one close listener to its response", async () => {
  const counts: number[] = [];
  const count = (response: ServerResponse) => counts.push(response.listenerCount("close"));
  const counting: RequestHandler = (_request, response, next) => {
    count(response);
    next();
  };
  const plain = createServer((_request, response) => {
    count(response);
    response.end();
  });
  onTestFinished(() => void plain.close());
  await fetch(await listen(plain, { port: 0, host: "127.0.0.1", setting: "port" }));
  const [ofNode = 0] = counts.splice(0);

  const server = await startServer({ directory: acme(), access: ACCESS }, async ({ store }) => ({
    ...{ first: [counting], beforeHandler: [counting], corsOrigins: [] },
    send: (response, reply) => {
      count(response);
      send(response, reply);
      count(response);
    },
    ready: () => store.ready(),
    close: () => store.close(),
  }));
  onTestFinished(() => server.close());
  for (const body of [signIn({ attributes: { department: "planted" } }), {}]) {
    await fetch(server.url + PATH, { method: "PUT", headers: HEADERS, body: JSON.stringify(body) });
  }
  expect(counts).toHaveLength(7);
  for (const one of counts) expect(one - ofNode).toBeLessThanOrEqual(1);
});
