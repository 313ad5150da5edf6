const { scenario } = require("./scenario.cjs");

test.each(["", "/auth0", "/bulk", "/testing", "/validate"])("nexus-sync-client%s loads", (path) => {
  expect(Object.keys(require(`nexus-sync-client${path}`)).length).toBeGreaterThan(0);
});

// Without `fetch`, a page of jest-environment-jsdom only loads the package.
const callIt = "fetch" in globalThis ? test : test.skip;
callIt("the client calls the server", async () => {
  const options = "document" in globalThis ? { dangerouslyAllowBrowser: true } : {};
  const seen = await scenario(require("nexus-sync-client"), process.env.ENVIRONMENT, options);
  expect(seen).toEqual(JSON.parse(process.env.EXPECTED));
});
