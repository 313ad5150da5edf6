import { SEMANTIC_VERSION } from "../shared/semantic-version.ts";
import { type Change, impactOf } from "./change.ts";

function parse(version: string) {
  const [, major, minor, patch, preRelease] = SEMANTIC_VERSION.exec(version) ?? [];
  return major === undefined ? undefined : { numbers: [major, minor, patch].map(Number), isPreRelease: !!preRelease };
}

/**
 * The lowest version that the changes since `from` require (SemVer 2.0.0, items 6 to 8); `from` without changes. After a
 * version of another form it is 1.0.0.
 */
export function requiredVersion(from: string, changes: readonly Change[]): string {
  const [major = 0, minor = 0, patch = 0] = parse(from)?.numbers ?? [];
  const impacts = changes.map(impactOf);
  if (impacts.length === 0) return from;
  if (impacts.includes("major") || !parse(from)) return `${major + 1}.0.0`;
  return impacts.includes("minor") ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

/** Whether `version` is a semantic version that is not lower than `least`, a version without a pre-release. */
export function isAtLeast(version: string, least: string): boolean {
  const [found, required] = [parse(version), parse(least)];
  if (!found || !required) return false;
  const difference = found.numbers.map((number, index) => number - (required.numbers[index] ?? 0)).find(Boolean) ?? 0;
  return difference > 0 || (difference === 0 && !found.isPreRelease);
}
