/** The lists of a credentials file, each of entries with the same members. */
export const LISTS = ["apiKeys", "applicationTokens"] as const;

export type ListName = (typeof LISTS)[number];
type Members = Record<string, unknown>;

interface Rule {
  isNeeded: boolean;
  holds: (value: unknown) => boolean;
  must: string;
}

const TIME = {
  isNeeded: false,
  holds: isTime,
  must: "must be an ISO 8601 date and time with its offset, as in 2027-01-31T00:00:00Z",
} as const satisfies Rule;

/** SHA-256 of no bytes at all: what a script stores whose secret was an unset variable. */
const OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export const ENTRY = {
  // Basic parts user and password at the first colon, and ids stand in log lines.
  id: { isNeeded: true, holds: like(/^[!-9;-~]{1,128}$/), must: "must be 1 to 128 visible ASCII characters, no colon" },
  name: {
    isNeeded: true,
    holds: like(/^(?=.*\S)[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u),
    must: "must be 1 to 128 characters on one line, not all of them blank",
  },
  sha256: {
    isNeeded: true,
    holds: (value) => like(/^[0-9a-f]{64}$/)(value) && value !== OF_NOTHING,
    must: "must be the SHA-256 of a secret, as 64 lower-case hex digits",
  },
  permissions: { isNeeded: true, holds: arePermissions, must: "must be a list of one or more different permissions" },
  created: TIME,
  expires: TIME,
  revoked: TIME,
} as const satisfies Record<string, Rule>;

/** What is wrong with a credentials file, in its order, each with file and pointer. Nothing of it repeats a value. */
export function credentialProblems(content: unknown, file: string): string[] {
  if (!isObject(content)) return [`${file}: must be an object with the lists ${LISTS.join(" and ")}`];
  const lists = LISTS.flatMap((name) => {
    const [list, where] = [content[name], `${file} /${name}`];
    return Array.isArray(list) ? listProblems(list, where) : [`${where}: must be a list`];
  });
  return [...unknownMembers(content, LISTS, `${file} `), ...lists];
}

function listProblems(list: readonly unknown[], where: string): string[] {
  const owners = { id: new Map<unknown, number>(), sha256: new Map<unknown, number>() };
  return list.flatMap((entry, index) => {
    const here = `${where}/${index}`;
    if (!isObject(entry)) return [`${here}: must be an object`];
    const twice = (["id", "sha256"] as const).flatMap((name) => {
      const first = owners[name].get(entry[name]) ?? index;
      owners[name].set(entry[name], first);
      return entry[name] !== undefined && first < index ? [`${here}/${name}: is that of entry ${first} already`] : [];
    });
    return [...unknownMembers(entry, Object.keys(ENTRY), here), ...entryProblems(entry, here), ...twice];
  });
}

function entryProblems(entry: Members, where: string): string[] {
  return Object.entries<Rule>(ENTRY).flatMap(([name, { isNeeded, holds, must }]) => {
    if (entry[name] === undefined) return isNeeded ? [`${where}: must have '${name}'`] : [];
    return holds(entry[name]) ? [] : [`${where}/${name}: ${must}`];
  });
}

/** A name is repeated only where it is a plain short word: a secret may have slipped into its place. */
function unknownMembers(members: Members, known: readonly string[], where: string): string[] {
  const unknown = Object.keys(members).filter((name) => !known.includes(name));
  return unknown.map((name) => {
    const place = /^[a-z_]{1,16}$/i.test(name) ? name : "…";
    return `${where}/${place}: is not known here; known are ${known.join(", ")}`;
  });
}

function like(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === "string" && pattern.test(value);
}

function arePermissions(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every(like(/^[!-~]+$/)) && new Set(value).size === value.length
  );
}

/** Date.parse alone would take the 30th of February for the 2nd of March. */
function isTime(value: unknown): boolean {
  const [, day = ""] =
    /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.exec(
      typeof value === "string" ? value : "",
    ) ?? [];
  const midnight = new Date(day);
  return !Number.isNaN(Date.parse(String(value))) && day !== "" && midnight.toISOString().startsWith(day);
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
