const { scenario } = require("./scenario.cjs");

const { exports: paths } = require("nexus-sync-client/package.json");

test("every entry point loads", () => {
  for (const path of Object.keys(paths)) {
    expect(Object.keys(require(path.replace(".", "nexus-sync-client"))).length).toBeGreaterThan(0);
  }
});

// Without `fetch`, a page of jest-environment-jsdom only loads the package.
const callIt = "fetch" in globalThis ? test : test.skip;
callIt("the client calls the server", async () => {
  const options = "document" in globalThis ? { dangerouslyAllowBrowser: true } : {};
  const seen = await scenario(require("nexus-sync-client"), process.env.ENVIRONMENT, options);
  expect(seen).toEqual(JSON.parse(process.env.EXPECTED));
});
