import { expect, onTestFinished } from "vitest";
import { hashSecret } from "../../../../server/auth/credentials.ts";
import { startStub } from "../../../../server/stub/start-stub.ts";
import { acme, startStubWithClient } from "../../../helpers/stub.ts";
import { browserTests, responsesOf } from "./browser.ts";

const browserTest = browserTests();
const OPERATION = '.opblock[id$="-SyncUserIdentity"]';

/** A stub without demo credentials, whose one API key is own-key. */
async function startStubWithOwnKey() {
  const secret = "planted-secret-of-own-key";
  const apiKeys = [{ id: "own-key", sha256: hashSecret(secret), permissions: ["user.write"] }];
  const server = await startStub({ directory: acme(), access: { credentials: { apiKeys, applicationTokens: [] } } });
  onTestFinished(() => server.close());
  return { server, secret };
}

browserTest(
  "the API reference asks for a required token before it fills in the demo credentials",
  async (open) => {
    const controlToken = "planted-control-token";
    const { server } = await startStubWithClient({ controlToken });
    const page = await open(server, "/docs");
    await page.getByLabel("Control port token").fill("planted-wrong-token");
    await page.getByRole("button", { name: "Fill in" }).click();
    await expect.poll(() => page.locator("#token-problem").innerText()).toMatch(/wrong/);
    expect(await page.getByRole("button", { name: "authorization button unlocked" }).count()).toBeGreaterThan(0);
    await page.getByLabel("Control port token").fill(controlToken);
    await page.getByRole("button", { name: "Fill in" }).click();
    await expect.poll(() => page.locator("#token-form").isVisible()).toBe(false);
    const operation = page.locator(OPERATION);
    await operation.getByPlaceholder("userId").fill("u-ada");
    await operation.getByRole("button", { name: "Execute" }).click();
    await expect.poll(() => responsesOf(server)).toEqual(["PUT 200"]);
  },
  /status of 401/,
);

browserTest("the API reference calls the running stub with other credentials of its form", async (open) => {
  const { server, secret } = await startStubWithOwnKey();
  const page = await open(server, "/docs");
  const operation = page.locator(OPERATION);
  await operation.waitFor();
  expect(await page.locator(".servers").innerText()).toContain(server.url);
  expect(await page.locator(".errors-wrapper").count()).toBe(0);

  await page.getByRole("button", { name: "Authorize", exact: true }).first().click();
  const basic = page.locator(".auth-container", { hasText: "Basic" });
  await basic.getByLabel(/username/i).fill("own-key");
  await basic.getByLabel(/password/i).fill(secret);
  await basic.getByRole("button", { name: /apply|authorize/i }).click();
  await page.getByRole("button", { name: "Close" }).first().click();

  await operation.getByPlaceholder("userId").fill("u-ada");
  await operation.getByRole("button", { name: "Execute" }).click();
  const live = operation.locator(".live-responses-table");
  await live.waitFor();
  expect(await live.innerText()).toMatch(/^Code\s+Details\s+200/);
  expect(server.journal.list().requests.map(({ status }) => status)).toContain(200);
});
