import { expect, onTestFinished, test } from "vitest";
import type { Directory } from "../../generated/types.ts";
import { freePort } from "../../scripts/shared/program.ts";
import { startServer } from "../../server/start.ts";
import { acme } from "../helpers/stub.ts";

test("a start whose directory is refused closes the port that it has opened", async () => {
  const port = await freePort();
  const refused = { ...acme(), users: [{ id: "" }] } as Directory;
  await expect(startServer({ port, directory: refused })).rejects.toThrow("The directory was not loaded: 1 problem.");
  await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();

  const server = await startServer({ port, directory: acme() });
  onTestFinished(() => server.close());
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});
