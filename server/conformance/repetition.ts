import { isDeepStrictEqual } from "node:util";
import type { Sent } from "../proof/cases.ts";
import { jsonOf } from "./responses.ts";
import type { Subject } from "./subject.ts";
import type { Received } from "./target.ts";

/** Sends a request twice, and compares the responses. */
export async function repeatOnce(subject: Subject, clause: string, sent: Sent): Promise<void> {
  const first = await subject.send(sent);
  const second = first && (await subject.send(sent));
  if (!second || first.status >= 400) return;
  const difference = differenceOf(first, second);
  if (difference === undefined) subject.clauses.pass(clause);
  else subject.fail(clause, `sent twice must have the same response, but ${difference}`, sent);
}

/** The first difference of two successful responses; times may differ, and a 201 may be followed by a 200 or 204. */
function differenceOf(first: Received, second: Received): string | undefined {
  if (first.status !== second.status) {
    const isCreated = first.status === 201 && [200, 204].includes(second.status);
    return isCreated ? undefined : `the first is a ${first.status} and the second a ${second.status}`;
  }
  const place = placesOf(jsonOf(first), jsonOf(second)).find(({ isTime }) => !isTime)?.pointer;
  return place === undefined ? undefined : `they differ at '${place}'`;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** The places at which two JSON values differ. */
export function placesOf(one: unknown, other: unknown, pointer = ""): { pointer: string; isTime: boolean }[] {
  if (isDeepStrictEqual(one, other)) return [];
  const isList = Array.isArray(one) && Array.isArray(other) && one.length === other.length;
  const isObject = [one, other].every((value) => value !== null && typeof value === "object" && !Array.isArray(value));
  if (!isList && !isObject) {
    return [{ pointer, isTime: [one, other].every((value) => typeof value === "string" && TIME.test(value)) }];
  }
  const names = new Set([...Object.keys(Object(one)), ...Object.keys(Object(other))]);
  return [...names].flatMap((name) => placesOf(Object(one)[name], Object(other)[name], `${pointer}/${name}`));
}
