import { expect, onTestFinished, test } from "vitest";
import { startStub } from "../../../../server/stub/start-stub.ts";
import { startStubWithClient } from "../../../helpers/stub.ts";
import { control } from "../control/control-site.ts";
import { browserTests, overflow, responsesOf } from "./browser.ts";

const browserTest = browserTests();
const OPERATION = '.opblock[id$="-SyncUserIdentity"]';

browserTest(
  "the API reference calls the running stub with the demo credentials, without a form to fill in",
  async (open) => {
    const { server } = await startStubWithClient();
    const page = await open(server, "/docs");
    const operation = page.locator(OPERATION);
    await operation.getByPlaceholder("userId").fill("u-ada");
    await operation.getByRole("button", { name: "Execute" }).click();
    await expect.poll(() => responsesOf(server)).toEqual(["PUT 200"]);
    const kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])";
    expect(await page.evaluate(kept)).toBe('[{},{},""]');
    expect(await page.locator("#token-form").isVisible()).toBe(false);
  },
);

browserTest("the API reference fits a phone", async (open) => {
  const { server } = await startStubWithClient();
  const page = await open(server, "/docs", { viewport: { width: 375, height: 800 } });
  await page.locator(OPERATION).waitFor();
  expect(await overflow(page)).toBe(0);
});

test("the pages load only files of the control port, and can't be framed", async () => {
  const { server } = await startStubWithClient();
  for (const [path, mediaType] of [
    ["/", "text/html; charset=utf-8"],
    ["/docs", "text/html; charset=utf-8"],
    ["/page.js", "text/javascript; charset=utf-8"],
    ["/page.css", "text/css; charset=utf-8"],
    ["/swagger-ui.css", "text/css; charset=utf-8"],
    ["/swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
    ["/openapi.json", "application/json"],
  ] as const) {
    const { status, headers } = await control(server, path);
    expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([200, mediaType, "no-store"]);
    expect(headers.get("content-security-policy")).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${server.url}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  }
});

test("the main port allows CORS requests from the pages of the control port only", async () => {
  const { server } = await startStubWithClient();
  const { port } = new URL(server.controlUrl ?? "");
  const allowedFor = async (Origin: string) => {
    const headers = { Origin, "Access-Control-Request-Method": "PUT" };
    const response = await fetch(`${server.url}/v1/users/u-ada/$sync`, { method: "OPTIONS", headers });
    return response.headers.get("access-control-allow-origin");
  };
  for (const origin of [`http://127.0.0.1:${port}`, `http://localhost:${port}`])
    expect(await allowedFor(origin)).toBe(origin);
  for (const origin of ["null", "http://127.0.0.1", `https://127.0.0.1:${port}`, `http://evil.example:${port}`])
    expect(await allowedFor(origin)).toBe(null);
});

test("the reference of a stub on all addresses has the host name of the request as its server", async () => {
  const server = await startStub({ host: "0.0.0.0" });
  onTestFinished(() => server.close());
  const { port } = new URL(server.url);
  const url = (server.controlUrl ?? "").replace("127.0.0.1", "localhost");
  expect(await (await fetch(`${url}/openapi.json`)).json()).toMatchObject({
    servers: [{ url: `http://localhost:${port}` }],
  });
});
