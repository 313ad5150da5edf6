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
 * Tests in a real browser, which share one; where none is installed they are skipped, and say so. A page must not write
 * to its console, and not ask anybody but the stub's two ports: that is checked after each.
 */
export function browserTests(): (name: string, body: Body, options?: { mayComplain?: RegExp }) => void {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (EXECUTABLE === undefined)
      return console.warn("No Chromium is installed: the pages are not tested. NEXUS_SYNC_CHROMIUM may name one.");
    // Its sandbox does not work for root.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({ executablePath: EXECUTABLE, args });
  });
  afterAll(() => browser?.close());

  return (name, body, { mayComplain = /^$/ } = {}) =>
    test(name, async (context: TestContext) => {
      if (!browser) return context.skip("no Chromium is installed");
      const complaints: string[] = [];
      const open = opener(browser, (complaint) => complaints.push(complaint));
      await body(open);
      expect(complaints.filter((complaint) => !mayComplain.test(complaint))).toEqual([]);
    });
}

function opener(browser: Browser, complain: (complaint: string) => void): Open {
  return async (server, path, options = {}) => {
    const own = [server.url, server.controlUrl].map((url = "") => new URL(url).port);
    const page = await browser.newPage(options);
    page.setDefaultTimeout(10_000);
    page.on("console", (message) => {
      // Chromium also has tips for writers of pages.
      if (["error", "warning"].includes(message.type())) complain(message.text());
    });
    page.on("pageerror", (error) => complain(String(error)));
    page.on("dialog", (dialog) => complain(`dialog: ${dialog.message()}`));
    page.on("request", (request) => {
      const { protocol, hostname, port } = new URL(request.url());
      const isOwn = protocol === "data:" || (["127.0.0.1", "localhost"].includes(hostname) && own.includes(port));
      if (!isOwn) complain(`asked ${request.url()}`);
    });
    await page.goto((server.controlUrl ?? "") + path);
    return page;
  };
}

/** How far the page is wider than its window. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}
