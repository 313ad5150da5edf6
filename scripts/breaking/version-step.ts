import type { Change, Impact } from "./change.ts";
import { isBreaking } from "./change.ts";

/** The greatest step that the changes ask for; none where nothing changed. */
export function neededStep(changes: readonly Change[]): Impact | undefined {
  if (changes.some(isBreaking)) return "major";
  if (changes.some(({ wire }) => wire === "minor")) return "minor";
  return changes.length > 0 ? "patch" : undefined;
}

/** The least version after `from` that makes the step (semver 2.0.0, items 6 to 8). */
export function nextVersion(from: string, step: Impact): string {
  const [major, minor, patch] = numbersOf(from);
  if (step === "major") return `${major + 1}.0.0`;
  return step === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

/** Whether `version` is at least `least`. */
export function isAtLeast(version: string, least: string): boolean {
  const [is, should] = [numbersOf(version), numbersOf(least)];
  const at = is.findIndex((number, index) => number !== should[index]);
  return at < 0 || (is[at] ?? 0) > (should[at] ?? 0);
}

function numbersOf(version: string): [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = String(version).split(/[-+]/)[0]?.split(".").map(Number) ?? [];
  return [major || 0, minor || 0, patch || 0];
}
