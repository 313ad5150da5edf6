import fc, { type Arbitrary } from "fast-check";
import { type RequestValues, requestOf } from "../proof/requests.ts";
import { expectAccepted, expectInvalid } from "./expectations.ts";
import { repeatOnce } from "./repetition.ts";
import { casesOf, isRouted, validCases } from "./requests.ts";
import type { Base, Subject } from "./subject.ts";
import { validValues } from "./valid-values.ts";

/** Searches for different failures of one property. */
const MAX_ROUNDS = 3;
/** Requests to make a failing one smaller. */
const MAX_SHRINKS = 200;
/** Only some valid requests are repeated, because each takes two more. */
const REPEATED_SHARE = 5;

export function validClause(mediaType: string | undefined): string {
  return mediaType === undefined ? "random valid requests" : `random valid requests in ${mediaType}`;
}

/** Requests with examples and random valid requests must be accepted, with responses of the contract. */
export async function checkValid(subject: Subject, base: Base, progress: () => void): Promise<void> {
  const { run, operation } = subject;
  for (const { clause, sent, expected } of validCases(operation, base.values))
    await expectAccepted(subject, clause, sent, expected);
  await search(subject, valuesNear(subject, base), run.runs, async (values) => {
    const sent = requestOf(operation, values);
    progress();
    if (!sent || !isRouted(run, operation, sent)) return;
    await expectAccepted(subject, validClause(base.mediaType), sent, "is valid and must be accepted");
  });
}

/** Random requests with one change that breaks a constraint must be rejected. */
export async function checkInvalid(
  subject: Subject,
  base: Base,
  { isKnown, progress }: { isKnown: boolean; progress: () => void },
): Promise<void> {
  const { run, clauses } = subject;
  const changed = fc.tuple(valuesNear(subject, base), fc.nat({ max: 2 ** 20 }));
  await search(subject, changed, run.runs, async ([values, index]) => {
    progress();
    const cases = casesOf(subject, values);
    const chosen = cases[index % cases.length];
    if (chosen && !clauses.isFailed(chosen.clause)) await expectInvalid(subject, chosen, isKnown);
  });
}

/** The same request twice has the same response. */
export async function checkRepeated(subject: Subject, base: Base, clause: string): Promise<void> {
  const { run, operation } = subject;
  // Another seed, because the server already has the values of the first.
  const others = { ...subject, run: { ...run, seed: run.seed + MAX_ROUNDS } };
  await search(others, valuesNear(subject, base), Math.ceil(run.runs / REPEATED_SHARE), async (values) => {
    const sent = requestOf(operation, values);
    if (sent && isRouted(run, operation, sent)) await repeatOnce(subject, clause, sent);
  });
}

function valuesNear({ run, operation }: Subject, base: Base): Arbitrary<RequestValues> {
  return validValues(run.judge, operation, base, run.fixedParameters);
}

/**
 * Runs a check on random values. A value is a counterexample if it fails a clause that had not failed before, and is made
 * smaller; the clause keeps its smallest request. Then the search goes on for other clauses.
 */
async function search<T>(
  { run, clauses, hasEnded }: Subject,
  arbitrary: Arbitrary<T>,
  numRuns: number,
  check: (value: T) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS && !hasEnded(); round++) {
    const known = new Set(clauses.failures());
    let shrinks = 0;
    const property = fc.asyncProperty(arbitrary, async (value) => {
      if (hasEnded() || shrinks > MAX_SHRINKS) return true;
      const before = clauses.failures().length;
      await check(value);
      const isNew = clauses
        .failures()
        .slice(before)
        .some((name) => !known.has(name));
      if (isNew || shrinks > 0) shrinks += 1;
      return !isNew;
    });
    const { failed } = await fc.check(property, { seed: run.seed + round, numRuns });
    if (!failed) return;
  }
}
