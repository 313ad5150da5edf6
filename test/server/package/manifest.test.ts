import { expect, test } from "vitest";
import client from "../../../client/package.json" with { type: "json" };
import root from "../../../package.json" with { type: "json" };
import server from "../../../server/package/package.json" with { type: "json" };

test("the package of the server depends on the versions that the project is tested with", () => {
  const versions: Readonly<Record<string, string>> = root.dependencies;
  const same = Object.keys(server.dependencies).map((name) => [name, versions[name]]);
  expect(Object.entries(server.dependencies)).toEqual(same);
});

test("the project and both packages have one version, and the project stays private", () => {
  expect([server.version, client.version]).toEqual([root.version, root.version]);
  expect([root.private, server.private]).toEqual([true, true]);
});
