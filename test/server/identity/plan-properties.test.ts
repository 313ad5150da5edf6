import fc from "fast-check";
import { expect, test } from "vitest";
import type { User } from "../../../generated/types.ts";
import { SyncUserIdentityResult } from "../../../generated/validators.js";
import { planSync, type SignIn } from "../../../server/identity/sync.ts";
import { FUTURE, NOW, PAST } from "./samples.ts";

const AUDIENCES = ["urn:one", "urn:two", "URN:ONE"] as const;
/** Mostly the first one, where most users have an identity, so that most sign-ins pass the gate. */
const CONNECTIONS = ["con_a", "con_a", "con_a", "con_a", "con_b", "CON_A"] as const;
const ROLE_IDS = ["r-1", "r-2", "r-3", "r-4"] as const;

/** Few words, so that names, keys and groups often coincide; with blanks, both cases and characters beyond U+FFFF. */
const word = fc.constantFrom(
  ...["a", "A", "b", " a ", "", " ", "\uffff", "\u{1f600}", "__proto__", "constructor", "zo\u00eb"],
);
const key = fc.oneof(
  word.filter((text) => text !== ""),
  fc.constantFrom("given_name", "givenName", "NAME", "nickname", "locale", "picture", "sub", "Email", "createdBy"),
);
const value = fc.oneof(word, fc.constant(null), fc.string({ maxLength: 3 }), fc.constant("x".repeat(101)));
const expires = fc.constantFrom(null, PAST, NOW, FUTURE, "2031-01-01T00:00:00+02:00");
const mostlyTrue = fc.integer({ max: 9, min: 0 }).map((die) => die > 0);
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

const identities = fc.array(
  fc.record({ azoConnectionId: fc.constantFrom(...CONNECTIONS, null), groups: fc.array(word, { maxLength: 4 }) }),
  { minLength: 1, maxLength: 4 },
);
const storedAttributes = fc.array(
  fc.record({ name: word, value: fc.option(word), expires, id: fc.integer({ min: 1, max: 9 }) }),
  { maxLength: 5 },
);

const user: fc.Arbitrary<User> = fc
  .record(
    {
      isActive: mostlyTrue,
      organization: fc.option(fc.record({ id: fc.constant(1), isActive: mostlyTrue })),
      givenName: fc.option(word),
      displayName: fc.option(word),
      identities: identities.map((list) => list.map((one, id) => ({ id, ...one }))),
      attributes: storedAttributes,
      roles: fc.array(fc.record({ id: fc.constantFrom(...ROLE_IDS), name: word, expires }), { maxLength: 4 }),
      customUpns: fc.array(fc.record({ id: word, clientUpnKey: fc.option(word) }), { maxLength: 2 }),
    },
    { requiredKeys: ["identities"] },
  )
  .map((rest) => ({ id: "u-ada", ...rest }));

const request = fc.record({
  audience: fc.constantFrom(...AUDIENCES),
  attributes: fc.array(fc.record({ key, value: optional(value) }), { maxLength: 6 }),
  connection: fc.record({
    connectionId: fc.constantFrom(...CONNECTIONS),
    groups: optional(fc.option(fc.array(word, { maxLength: 5 }))),
  }),
  clientUpnKey: optional(fc.option(word)),
});

const signIn = fc
  .record({
    user,
    roles: fc.uniqueArray(
      fc.record({ id: fc.constantFrom(...ROLE_IDS), name: word, audience: fc.constantFrom(...AUDIENCES) }),
      { selector: ({ id }) => id },
    ),
    mapped: fc.subarray([...ROLE_IDS]).map((ids): ReadonlySet<string> => new Set(ids)),
    request,
  })
  .map((rest): SignIn => ({ ...(rest as Omit<SignIn, "caller" | "now">), caller: "key-1", now: new Date(NOW) }));

/** 300 sign-ins, the same in each run. */
const forAnySignIn = (check: (sync: SignIn) => void) =>
  fc.assert(fc.property(signIn, check), { seed: 42, numRuns: 300 });

const parsed = <T>(value: T): T => JSON.parse(JSON.stringify(value));

test("a plan depends only on its arguments and does not change them", () => {
  forAnySignIn((sync) => {
    const before = structuredClone(sync);

    expect(planSync(sync)).toEqual(planSync(structuredClone(sync)));
    expect(sync).toEqual(before);
  });
});

test("after a plan is applied, the same request changes nothing and has the same result", () => {
  forAnySignIn((sync) => {
    const first = planSync(sync);
    if ("violations" in first) return;

    const later = { ...sync, user: first.changed ?? sync.user, caller: "key-2" };
    expect(planSync(later)).toEqual({ result: first.result });
  });
});

test("a changed user is the same after it is stored as JSON", () => {
  forAnySignIn((sync) => {
    const [user, request] = [parsed(sync.user), parsed(sync.request)];
    const plan = planSync({ ...sync, user, request });
    if ("violations" in plan || !plan.changed) return;

    expect(parsed(plan.changed)).toStrictEqual(plan.changed);
  });
});

test("a plan has violations or a result that matches the contract", () => {
  forAnySignIn((sync) => {
    const plan = planSync(sync);

    if ("violations" in plan) expect(plan.violations.length).toBeGreaterThan(0);
    else expect([SyncUserIdentityResult(plan.result), SyncUserIdentityResult.errors]).toEqual([true, null]);
  });
});
