import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, type TestContext, test } from "vitest";
import type { RunningStub } from "../../../../server/stub/start-stub.ts";

const { NEXUS_SYNC_CHROMIUM } = process.env;
const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const EXECUTABLE = (NEXUS_SYNC_CHROMIUM ? [NEXUS_SYNC_CHROMIUM] : USUAL).find((path) => existsSync(path));

export type Open = (server: RunningStub, path: string, options?: BrowserContextOptions) => Promise<Page>;
type Body = (open: Open) => Promise<void>;

/**
 * Returns a `test` with a browser, which the tests of a file share; they are skipped without Chromium. A page must
 * write no errors or warnings to its console, and send requests only to the stub's two ports. `expected` allows errors.
 */
export function browserTests(): (name: string, body: Body, expected?: RegExp) => void {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (EXECUTABLE === undefined)
      return console.warn(
        "Chromium is not installed: the page tests are skipped. Set NEXUS_SYNC_CHROMIUM to its path.",
      );
    // The sandbox does not work for root.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({ executablePath: EXECUTABLE, args });
  });
  afterAll(() => browser?.close());

  return (name, body, expected = /^$/) =>
    test(name, async (context: TestContext) => {
      if (!browser) return context.skip("Chromium is not installed");
      const errors: string[] = [];
      await body(opener(browser, (error) => errors.push(error)));
      expect(errors.filter((error) => !expected.test(error))).toEqual([]);
    });
}

function opener(browser: Browser, report: (error: string) => void): Open {
  return async (server, path, options = {}) => {
    const own = [server.url, server.controlUrl].map((url = "") => new URL(url).port);
    const page = await browser.newPage(options);
    page.setDefaultTimeout(10_000);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) report(message.text());
    });
    page.on("pageerror", (error) => report(String(error)));
    page.on("dialog", (dialog) => report(`dialog: ${dialog.message()}`));
    page.on("request", (request) => {
      const { protocol, hostname, port } = new URL(request.url());
      const isOwn = protocol === "data:" || (["127.0.0.1", "localhost"].includes(hostname) && own.includes(port));
      if (!isOwn) report(`request to ${request.url()}`);
    });
    await page.goto((server.controlUrl ?? "") + path);
    return page;
  };
}

/** By how many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}

/** Method and status of the requests to the stub, without preflight requests. */
export function responsesOf(server: RunningStub): string[] {
  const { requests } = server.journal.list();
  return requests.filter(({ method }) => method !== "OPTIONS").map(({ method, status }) => `${method} ${status}`);
}
