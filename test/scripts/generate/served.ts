import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import { type Contract, loadContract } from "../../../server/contract/contract.ts";
import { resolve, type Schema } from "../../../server/contract/document.ts";
import type { Operation } from "../../../server/contract/operations.ts";
import type { Parameter } from "../../../server/contract/parameters.ts";
import { type RunningStub, startStub } from "../../../server/stub/start-stub.ts";

/** Bodies of each JSON type: few schemas accept all of them. */
const BODIES: readonly unknown[] = [{}, [], 0, "", null];
const VALUES: readonly unknown[] = [1, "a", true, 0.5, "2026-11-26", "2026-11-26T12:00:00Z", "a@b.example", ["a"], [1]];

interface Sent {
  body?: unknown;
  query?: string;
}

/**
 * Starts a server on a generated contract. Each operation must respond to requests made of the contract's examples with its
 * own response, and to wrong requests with 400. Handwritten handlers may not fit a contract; without them `sendsRight` is true.
 * Resolves to the numbers of both.
 */
export async function expectServed(folder: string, { label = "", sendsRight = true } = {}) {
  const document = pathToFileURL(join(folder, "openapi.json"));
  const server = await startStub({ document, controlPort: "none" });
  const contract = loadContract(document);
  const counts = { right: 0, wrong: 0 };
  try {
    for (const operation of contract.operations) {
      for (const sent of wrongRequests(contract, operation)) {
        counts.wrong += 1;
        const { status, text } = await send(server, contract, operation, sent);
        expect(status, `${label} ${operation.id} ${JSON.stringify(sent)} ${text}`).toBe(400);
      }
      for (const sent of sendsRight ? rightRequests(contract, operation) : []) {
        counts.right += 1;
        const { status, text } = await send(server, contract, operation, sent);
        expect(accepted(operation), `${label} ${operation.id} ${JSON.stringify(sent)} ${text}`).toContain(status);
      }
    }
  } finally {
    await server.close();
  }
  return counts;
}

/** Without an example the stub has no response. */
function accepted({ responses }: Operation): number[] {
  return [200, 501, ...Object.keys(responses).map((status) => Number(status.replace("XX", "00")))];
}

function rightRequests(contract: Contract, operation: Operation): Sent[] {
  const required = operation.parameters.filter((parameter) => parameter.required);
  if (required.some((parameter) => acceptedValue(contract, parameter) === undefined)) return [];
  const { requestBody } = operation;
  if (!requestBody) return [{}];
  const examples = Object.values(requestBody.examples);
  const [schema = {}] = Object.values(requestBody.schemas);
  const candidates = [...examples, ...samplesOf(contract, schema), ...BODIES];
  return candidates
    .filter((body) => contract.validator(schema)(body) === true)
    .slice(0, 3)
    .map((body) => ({ body }));
}

function wrongRequests(contract: Contract, { requestBody, allowsUnknownQuery }: Operation): Sent[] {
  const [schema = {}] = Object.values(requestBody?.schemas ?? {});
  const bodies = requestBody ? BODIES.filter((body) => contract.validator(schema)(body) !== true) : [];
  const query = allowsUnknownQuery ? [] : [{ query: "?not-a-parameter=1" }];
  return [...bodies.map((body) => ({ body })), ...query];
}

function samplesOf({ document }: Contract, declared: Schema): unknown[] {
  const schema = resolve<Schema>(document, declared);
  const lists = [schema.examples, schema.enum].flatMap((list) => (Array.isArray(list) ? list : []));
  return [schema.example, schema.default, schema.const, ...lists].filter((value) => value !== undefined);
}

/** A value of a parameter that its schema accepts. */
function acceptedValue(contract: Contract, { schema }: Parameter): string | undefined {
  const candidates = [...samplesOf(contract, schema), ...VALUES];
  const value = candidates.find((candidate) => candidate !== "" && contract.validator(schema)(candidate) === true);
  return value === undefined ? undefined : String(value);
}

async function send({ url, demo }: RunningStub, contract: Contract, operation: Operation, { body, query }: Sent) {
  const { method, template, parameters, requestBody } = operation;
  const required = parameters.filter((parameter) => parameter.required);
  const inPlace = (place: Parameter["in"]) =>
    required.flatMap((one): [string, string][] =>
      one.in === place ? [[one.name, acceptedValue(contract, one) ?? "1"]] : [],
    );
  const names = new Map<string, string>(inPlace("path"));
  const path = template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(names.get(name) ?? "1"));
  const [mediaType = ""] = requestBody?.mediaTypes ?? [];
  const response = await fetch(url + path + (query ?? `?${new URLSearchParams(inPlace("query"))}`), {
    ...{ method, redirect: "manual" },
    headers: {
      ...Object.fromEntries(inPlace("header")),
      ...credentials(contract, operation, demo),
      ...(body !== undefined && { "Content-Type": mediaType.replace("*", "x") }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** The headers of the operation's first alternative. */
function credentials({ securitySchemes }: Contract, { security }: Operation, demo: RunningStub["demo"]) {
  const headers = Object.keys(security[0] ?? {}).map((name) => {
    const scheme = securitySchemes[name];
    if (scheme?.type === "apiKey") return [scheme.name, demo?.applicationToken];
    const basic = `Basic ${btoa(`${demo?.apiKey.id}:${demo?.apiKey.secret}`)}`;
    return ["Authorization", scheme?.scheme === "basic" ? basic : `Bearer ${demo?.bearerToken}`];
  });
  return Object.fromEntries(headers) as Record<string, string>;
}
