import { expect } from "vitest";
import { acme, put, startStubWithClient } from "../../../helpers/stub.ts";
import { browserTests, overflow } from "./browser.ts";

const browserTest = browserTests();

browserTest("each demo credential can be copied", async (open) => {
  const { server } = await startStubWithClient();
  const page = await open(server, "/", { permissions: ["clipboard-read", "clipboard-write"] });
  await page.locator("#credentials summary").click();
  const { apiKey, bearerToken, applicationToken } = server.demo ?? {};
  for (const [name, value] of [
    ["Basic user name", apiKey?.id],
    ["Basic password", apiKey?.secret],
    ["Bearer token", bearerToken],
    ["X-Application-Token", applicationToken],
  ] as const) {
    await page.getByRole("button", { name: `Copy: ${name}` }).click();
    await expect.poll(() => page.evaluate("navigator.clipboard.readText()")).toBe(value);
  }
});

browserTest("the demo credentials fit a phone, and a copy without a clipboard selects the text", async (open) => {
  const { server } = await startStubWithClient();
  const page = await open(server, "/", { viewport: { width: 320, height: 640 } });
  await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
  await page.locator("#credentials summary").click();
  await page.getByRole("button", { name: "Copy: Bearer token" }).click();
  expect(await page.evaluate("String(getSelection())")).toBe(server.demo?.bearerToken);
  expect(await overflow(page)).toBe(0);
});

browserTest("requests are filtered by their facts", async (open) => {
  const { server } = await startStubWithClient();
  await put(server);
  await put(server, { path: "/v1/users/u-eve/$sync" });
  await put(server, { body: {} });
  const page = await open(server, "/");
  const shown = () => page.locator("#request-list summary strong").allInnerTexts();
  await expect.poll(shown).toEqual(["400", "404", "200"]);
  for (const [text, statuses] of [
    ["U-EVE", ["404"]],
    ["u-ada invalid", ["400"]],
    ["/audience", ["400"]],
    ["nothing has this", []],
  ] as const) {
    await page.getByLabel("Filter requests").fill(text);
    await expect.poll(shown).toEqual(statuses);
    expect(await page.locator("#request-count").innerText()).toBe(`${statuses.length} of 3`);
    expect(await page.locator("#no-requests").isVisible()).toBe(false);
  }
  await page.getByLabel("Filter requests").fill("u-eve");
  await put(server, { path: "/v1/users/u-eve/$sync" });
  await expect.poll(shown, { timeout: 5_000 }).toEqual(["404", "404"]);
});

browserTest("users beyond those of the list are found", async (open) => {
  const users = Array.from({ length: 150 }, (_, index) => ({ id: `u-${String(index).padStart(3, "0")}` }));
  const { server } = await startStubWithClient({ directory: acme({ users }) });
  const page = await open(server, "/");
  await expect.poll(() => page.locator("#user-count").innerText()).toBe("first 100 of 150");
  await page.getByLabel("Filter users").fill("u-14");
  await expect.poll(() => page.locator("#user-count").innerText()).toBe("10 found");
  expect(await page.locator("#user-list code").first().innerText()).toBe("u-140");
});

browserTest("the page names the rule by which a user gets no role", async (open) => {
  const { server } = await startStubWithClient({ directory: acme({ user: { isActive: false } }) });
  const page = await open(server, "/");
  await expect
    .poll(() => page.locator("#user-list .reason").allInnerTexts())
    .toEqual(["Rule 3, gate: the user is inactive."]);
});
