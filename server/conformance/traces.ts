import { isDeepStrictEqual } from "node:util";
import type { Sent } from "../proof/cases.ts";
import { requestOf } from "../proof/requests.ts";
import { refusedCredentials } from "./authentication.ts";
import type { Credentials } from "./credentials.ts";
import { OTHER_TYPE } from "./negotiation.ts";
import { placesOf } from "./repetition.ts";
import { basesOf, invalidCases } from "./requests.ts";
import { jsonOf } from "./responses.ts";
import type { Base, Subject } from "./subject.ts";

/** A request that must be rejected. */
interface Unwanted {
  /** As in `a request that has no credentials`. */
  how: string;
  sent: Sent;
  credentials?: Credentials;
}

/**
 * Reads the state, sends rejected requests, and reads it again after each. Places that differ without a rejected request,
 * such as times, are not compared.
 */
export async function checkTraces(subject: Subject, clause: string, base: Base): Promise<void> {
  const observer = observerOf(subject, base);
  if (!observer) {
    subject.clauses.declare(clause, "no response shows the state: the path has no GET");
    return;
  }
  let changeIn = await openComparison(subject, observer);
  for (const { how, sent, credentials } of unwantedOf(subject, base)) {
    const rejected = await subject.send(sent, credentials);
    if (!rejected || !changeIn) return;
    if (rejected.status < 400) {
      // Another clause fails; what was stored is no trace of a rejected request.
      changeIn = await openComparison(subject, observer);
      continue;
    }
    const change = await changeIn();
    if (change === undefined) subject.clauses.pass(clause);
    else {
      const reason = `${how} is a ${rejected.status}, but after it another response differs at '${change}'`;
      subject.fail(clause, reason, sent, credentials);
      break;
    }
  }
}

/** Returns a function that finds the first place at which the state differs from now; undefined if it can't be read. */
async function openComparison({ observe }: Subject, observer: Sent) {
  const earlier = await observe(observer);
  const before = await observe(observer);
  if (!earlier || !before) return undefined;
  const volatile = placesOf(jsonOf(earlier), jsonOf(before)).map(({ pointer }) => pointer);
  const isStable = ({ pointer }: { pointer: string }) => !volatile.some((one) => pointer.startsWith(one));
  return async () => {
    const after = await observe(observer);
    return after && placesOf(jsonOf(before), jsonOf(after)).find(isStable)?.pointer;
  };
}

/** A request whose response shows the state: a GET of the same path, or the same PUT again. */
function observerOf({ run, operation }: Subject, base: Base): Sent | undefined {
  const read = run.operations.find(({ method, template }) => method === "GET" && template === operation.template);
  if (!read) return operation.method === "PUT" ? base.sent : undefined;
  const [reading] = basesOf(run, read);
  return reading && requestOf(read, { ...reading.values, parameters: sameParameters(reading, base) });
}

/** The path parameters of another request. */
function sameParameters(reading: Base, { values }: Base): Base["values"]["parameters"] {
  const texts = new Map([...values.parameters].map(([{ in: place, name }, value]) => [`${place} ${name}`, value]));
  const entries = [...reading.values.parameters].map(([parameter, value]) => {
    const key = `${parameter.in} ${parameter.name}`;
    return [parameter, parameter.in === "path" && texts.has(key) ? texts.get(key) : value] as const;
  });
  return new Map(entries);
}

/** Rejected requests with valid bodies that no other request stores, and some with invalid ones. */
function unwantedOf(subject: Subject, base: Base): Unwanted[] {
  const { run, operation } = subject;
  const markedBy = (number: number) => markedSent(subject, base, `conformance-${run.seed}-${number}`) ?? base.sent;
  const credentials = refusedCredentials(subject).flatMap(({ because, credentials: used }, index) =>
    used && because.startsWith("has no")
      ? [{ how: `a request that ${because}`, sent: markedBy(index), credentials: used }]
      : [],
  );
  const other = markedBy(credentials.length);
  const withHeader = (name: string, value: string) => ({ ...other, headers: { ...other.headers, [name]: value } });
  const invalid = invalidCases(subject, { ...base, values: markedValues(subject, base, "conformance") ?? base.values });
  return [
    ...credentials,
    ...(operation.requestBody
      ? [{ how: "a request with another Content-Type", sent: withHeader("Content-Type", "text/plain") }]
      : []),
    ...(Object.hasOwn(operation.responses, 406)
      ? [{ how: "a request with another Accept", sent: withHeader("Accept", OTHER_TYPE) }]
      : []),
    ...invalid.slice(0, 5).map(({ sent, clause }) => ({ how: `a request that breaks '${clause}'`, sent })),
  ];
}

function markedSent(subject: Subject, base: Base, marker: string): Sent | undefined {
  const values = markedValues(subject, base, marker);
  return values && requestOf(subject.operation, values);
}

/** The values of a base with new items in its lists, or with a new text if it has no list. */
function markedValues({ run, operation }: Subject, { values }: Base, marker: string): Base["values"] | undefined {
  const { body } = values;
  const schema = operation.requestBody?.schemas[body?.mediaType ?? ""];
  if (!body || !schema) return undefined;
  const value = [withItems(body.value, marker), ...withText(body.value, marker)].find(
    (one) => !isDeepStrictEqual(one, body.value) && run.judge.isCandidate(schema, one),
  );
  return value === undefined ? undefined : { ...values, body: { ...body, value } };
}

function withItems(value: unknown, marker: string): unknown {
  if (Array.isArray(value)) return value.length === 0 ? value : [...value, marked(value[0], marker)];
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withItems(one, marker)]));
}

/** Copies with one text replaced. */
function withText(value: unknown, marker: string): unknown[] {
  if (typeof value === "string") return [marker];
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    withText(one, marker).map((text) => ({ ...value, [name]: text })),
  );
}

function marked(value: unknown, marker: string): unknown {
  if (typeof value === "string") return marker;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((one) => marked(one, marker));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, marked(one, marker)]));
}
