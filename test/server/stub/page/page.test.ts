import type { Page } from "playwright-core";
import { expect } from "vitest";
import { API, acme, CONNECTION, identity, put, signIn, startStubWithClient } from "../../../helpers/stub.ts";
import { browserTests, overflow } from "./browser.ts";

const browserTest = browserTests();

const BAD = { ...signIn(), audience: "", connection: { connectionId: 5 } };

/** The text of each request in the list, after it has `count` requests. */
async function requestsOn(page: Page, count: number): Promise<string[]> {
  await expect.poll(() => page.locator("#request-list > li").count(), { timeout: 5_000 }).toBe(count);
  return page.locator("#request-list summary").allInnerTexts();
}

/** Presses Tab until the focused element has this text. */
async function tabTo(page: Page, text: RegExp): Promise<void> {
  const focused = () =>
    page.evaluate<string>(
      "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? ''",
    );
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (text.test(await focused())) return;
  }
  throw new Error(`Tab does not reach ${text}.`);
}

browserTest("requests appear in the list, the latest first, for the selected session", async (open) => {
  const { server } = await startStubWithClient();
  const page = await open(server, "/");
  await expect.poll(() => page.locator("#state").innerText()).toBe("Live");
  expect(await page.locator("#no-requests").isVisible()).toBe(true);

  await put(server);
  await requestsOn(page, 1);
  await put(server, { body: BAD });
  await put(server, { headers: { "X-Contract-Session": "other" } });

  const [latest, first] = await requestsOn(page, 2);
  expect(latest).toMatch(/^400\s+PUT\s+\/v1\/users\/u-ada\/\$sync\s+invalid-request\s+[\d.]+ ms/);
  expect(first).toMatch(/^200\s+PUT/);

  await page.getByLabel("Session", { exact: true }).fill("other");
  await page.getByRole("button", { name: "Switch" }).click();
  await expect
    .poll(() => page.locator("#request-list summary").allInnerTexts())
    .toEqual([expect.stringMatching(/^200/)]);
});

browserTest("a rejected request shows each violation by its pointer, and stays open during updates", async (open) => {
  const { server } = await startStubWithClient();
  await put(server, { body: BAD });
  const page = await open(server, "/");
  await page.locator("#request-list summary").click();
  const violations = page.locator(".violations");
  expect(await violations.locator("dt").allInnerTexts()).toEqual(["/audience", "/connection/connectionId"]);
  expect(await violations.locator("dd").allInnerTexts()).toEqual([
    "must NOT have fewer than 1 characters",
    "must be string",
  ]);
  const [sent, received] = await page.locator("pre").allInnerTexts();
  expect(JSON.parse(sent ?? "")).toEqual(BAD);
  expect(JSON.parse(received ?? "")).toMatchObject({ status: 400 });
  expect(await page.locator(".message dd").allInnerTexts()).toEqual(
    expect.arrayContaining(["(hidden)", "application/problem+json"]),
  );

  await put(server);
  await requestsOn(page, 2);
  expect(await violations.isVisible()).toBe(true);
});

browserTest("faults can be added and removed, and change the responses of the stub", async (open) => {
  const { server } = await startStubWithClient();
  const page = await open(server, "/");
  const add = page.getByRole("button", { name: "Add fault" });
  await page.getByLabel("Status", { exact: true }).fill("503");
  await page.getByLabel("Retry-After").fill("7");
  await page.getByLabel("User id").fill("u-ada");
  await page.getByLabel("Times").fill("2");
  await add.click();
  const faults = page.locator("#fault-list > li");
  const text = /^Respond with an error status, status 503, retryAfterSeconds 7, for userId u-ada\s+fired 0 of 2/;
  await expect.poll(() => faults.allInnerTexts()).toEqual([expect.stringMatching(text)]);
  const response = await put(server);
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "7"]);
  await expect.poll(() => faults.innerText()).toMatch(/fired 1 of 2/);

  for (const name of ["userId", "times"]) await page.locator(`[name=${name}]`).fill("");
  const kinds = ["latency", "reset", "drop-answer", "truncated-body", "malformed-json", "wrong-media-type"];
  for (const [index, kind] of kinds.entries()) {
    await page.locator("#fault-kind").selectOption(kind);
    await add.click();
    await expect.poll(() => faults.count()).toBe(index + 2);
  }
  // Counts start again when rules are replaced, so the page subtracts from `times`.
  expect(server.faults.list().map(({ rule }) => rule)).toEqual([
    { match: { userId: "u-ada" }, times: 1, fault: { kind: "status", status: 503, retryAfterSeconds: 7 } },
    { match: {}, fault: { kind: "latency", ms: 1000 } },
    ...kinds.slice(1).map((kind) => ({ match: {}, fault: { kind } })),
  ]);

  await page.getByRole("button", { name: /^Remove: Delay the sync, ms 1000, for every request/ }).click();
  await expect.poll(() => faults.count()).toBe(6);
  await page.getByRole("button", { name: "Remove all" }).click();
  await expect.poll(() => faults.count()).toBe(0);
  expect((await put(server)).status).toBe(200);
});

browserTest(
  "a rejected fault shows its problem at the form",
  async (open) => {
    const { server } = await startStubWithClient();
    const page = await open(server, "/");
    // The maximum of the contract, which the form does not check.
    server.faults.replace(Array.from({ length: 100 }, () => ({ fault: { kind: "reset" as const } })));
    await expect.poll(() => page.locator("#fault-list > li").count()).toBe(100);
    await page.getByRole("button", { name: "Add fault" }).click();
    await expect.poll(() => page.getByRole("alert").innerText()).toMatch(/\/rules must NOT have more than 100 items/);
  },
  /status of 400/,
);

browserTest("every action is possible with the keyboard", async (open) => {
  const { server } = await startStubWithClient();
  await put(server, { body: BAD });
  const page = await open(server, "/");
  await requestsOn(page, 1);
  await tabTo(page, /^400/);
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".violations").isVisible()).toBe(true);
  expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).not.toBe("none");

  await tabTo(page, /^Add fault/);
  await page.keyboard.press("Enter");
  await expect.poll(() => server.faults.list().length).toBe(1);
  await page.evaluate("document.getElementById('faults-title').focus()");
  await tabTo(page, /^Remove: Respond with an error status, status 503/);
  // The update every second must keep the focus.
  await put(server);
  await expect.poll(() => page.locator("#fault-list").innerText()).toMatch(/fired 1/);
  await page.keyboard.press("Enter");
  await expect.poll(() => server.faults.list()).toEqual([]);
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("faults-title");
});

browserTest("users are listed with the results of a sign-in, and updated after a sync", async (open) => {
  const { server } = await startStubWithClient({ directory: acme({ user: { givenName: "Ada" } }) });
  const page = await open(server, "/");
  const users = page.locator("#user-list > li");
  await expect
    .poll(() => users.allInnerTexts())
    .toEqual([
      expect.stringMatching(/^Ada u-ada\s+con_acme-ad: no roles\s+Rule 7, roles: no role is assigned to the user/),
    ]);
  await put(server, { body: signIn({ groups: ["engineers"] }) });
  await expect.poll(() => users.innerText(), { timeout: 5_000 }).toMatch(/Engineer$/);
  expect(await users.innerText()).toContain(`${CONNECTION} → ${API}`);
});

browserTest("text of callers and directories is never markup", async (open) => {
  const evil = '<img src=x onerror="alert(1)">';
  const user = { displayName: evil, identities: [identity(CONNECTION, [evil])] };
  const roles = [{ id: "r", name: `<script>alert(2)</script>${evil}`, audience: API }];
  const roleConnectionMaps = [{ id: "m", roleId: "r", azoConnectionId: CONNECTION, groupName: evil }];
  const { server } = await startStubWithClient({ directory: acme({ user, roles, roleConnectionMaps }) });
  server.faults.replace([{ match: { userId: evil }, fault: { kind: "reset" } }]);
  await put(server, { path: `/v1/users/${encodeURIComponent(evil)}/$sync`, body: BAD });
  await put(server, { body: { [evil]: evil }, headers: { "X-Request-Id": "<b>id</b>", "X-Evil": evil } });
  const page = await open(server, "/");
  await requestsOn(page, 2);
  for (const summary of await page.locator("#request-list summary").all()) await summary.click();
  for (const place of ["#request-list", "#fault-list", "#user-list"])
    expect(await page.locator(place).innerText()).toContain(evil);
  expect(await page.locator("img, b, #user-list script").count()).toBe(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(`the page fits a phone in the ${colorScheme} color scheme`, async (open) => {
    const { server } = await startStubWithClient();
    const long = `u-${"x".repeat(120)}`;
    await put(server, { path: `/v1/users/${long}/$sync` });
    server.faults.replace([{ match: { userId: long, audience: `${API}/${long}` }, fault: { kind: "drop-answer" } }]);
    const page = await open(server, "/", { viewport: { width: 320, height: 640 }, colorScheme });
    await requestsOn(page, 1);
    await page.locator("#request-list summary").click();
    await expect.poll(() => page.locator("#fault-list > li").count()).toBe(1);
    expect(await overflow(page)).toBe(0);
    const [red = 0] =
      String(await page.evaluate("getComputedStyle(document.body).backgroundColor")).match(/\d+/g) ?? [];
    expect(Number(red) < 64).toBe(colorScheme === "dark");
  });
}

browserTest(
  "the page asks for a required token, and keeps it in memory only",
  async (open) => {
    const controlToken = "planted-control-token";
    const { server } = await startStubWithClient({ controlToken });
    await put(server);
    const page = await open(server, "/");
    await page.getByLabel("Control port token").fill("planted-wrong-token");
    await page.getByRole("button", { name: "Continue" }).click();
    await expect.poll(() => page.locator("#state").innerText()).toMatch(/wrong/);
    await page.getByLabel("Control port token").fill(controlToken);
    await page.getByRole("button", { name: "Continue" }).click();
    await requestsOn(page, 1);
    const kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])";
    expect(await page.evaluate(kept)).toBe('[{},{},""]');
    await page.reload();
    await expect.poll(() => page.getByLabel("Control port token").isVisible()).toBe(true);
  },
  /status of 401/,
);

browserTest(
  "a reset asks for confirmation",
  async (open) => {
    const { server } = await startStubWithClient();
    await put(server);
    const page = await open(server, "/");
    await requestsOn(page, 1);
    page.once("dialog", (dialog) => dialog.dismiss());
    await page.getByRole("button", { name: "Reset session" }).click();
    expect(server.journal.list().requests).toHaveLength(1);
    page.once("dialog", (dialog) => dialog.accept());
    await page.getByRole("button", { name: "Reset session" }).click();
    await requestsOn(page, 0);
  },
  /^dialog: Restore the start/,
);
