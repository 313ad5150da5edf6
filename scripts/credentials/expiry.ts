import { ENTRY } from "../../server/auth/credentials-schema.ts";

const DAY_MS = 86_400_000;

/** "30d" from now, a date (its first moment in UTC) or a date and time, as ISO 8601; undefined unless that is to come. */
export function readExpiry(text: string, now: Date): string | undefined {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  const written = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const time = days === undefined ? written : new Date(now.getTime() + Number(days) * DAY_MS).toISOString();
  return ENTRY.expires.holds(time) && Date.parse(time) > now.getTime() ? time : undefined;
}
