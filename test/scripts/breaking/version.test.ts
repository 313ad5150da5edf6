import { expect, test } from "vitest";
import { isAtLeast, requiredVersion } from "../../../scripts/breaking/version.ts";

test.for([
  ["2.0.0", true],
  ["2.0.0+build.7", true],
  ["10.0.0", true],
  ["1.99.99", false],
  ["2.0.0-rc.1", false],
  ["2.0.1-rc.1", true],
  ["2026-11", false],
  ["2026", false],
  ["v2.0.0", false],
  ["", false],
] as const)("version '%s' is at least 2.0.0: %s", ([version, expected]) => {
  expect(isAtLeast(version, "2.0.0")).toBe(expected);
});

test.for([
  ["1.4.2", "major", "2.0.0"],
  ["1.4.2", "minor", "1.5.0"],
  ["1.4.2", "patch", "1.4.3"],
  ["2026-11", "major", "1.0.0"],
  ["2026-11", "patch", "1.0.0"],
] as const)("after version %s, a %s change requires %s", ([from, wire, expected]) => {
  const change = { rule: "", message: "", subject: [], place: [], isRemoved: false, breaksSource: false, wire };
  expect(requiredVersion(from, [change])).toBe(expected);
});
