import { expect, test } from "vitest";
import type { Fault } from "../../../generated/control/types.ts";
import contract from "../../../generated/openapi.json" with { type: "json" };
import { conformance, startChecked, variablesOf } from "./conformance-run.ts";
import { type Front, type Returned, startFront } from "./front.ts";

const RUNS = ["--runs", "40", "--seed", "7"];
const TIMEOUT = { timeout: 120_000 };

/** The failed clauses of the operation, in the order of the report. */
async function failedAt(url: string, variables: Record<string, string>): Promise<string[]> {
  const { code, failed, output } = await conformance(["--url", url, ...RUNS], variables);
  expect(code, output).toBe(failed.length === 0 ? 0 : 1);
  return failed.map((name) => name.replace("SyncUserIdentity ", ""));
}

const COMPLETE = "responses: complete, in time, of limited size";
const MEDIA_TYPES = Object.keys(contract.paths["/v1/users/{userId}/$sync"].put.requestBody.content);
const VALID = MEDIA_TYPES.map((type) => `valid request in ${type}: succeeds`);
const RANDOM = MEDIA_TYPES.map((type) => `random valid requests in ${type}`);

test.for<[Fault, string[]]>([
  [{ kind: "reset" }, [COMPLETE]],
  [{ kind: "drop-answer" }, [COMPLETE]],
  [{ kind: "truncated-body" }, [COMPLETE]],
  [{ kind: "malformed-json" }, ["response 200: body", "response 404: body"]],
  [
    { kind: "wrong-media-type" },
    ["Accept: application/json", "Accept: text/json", "response 200: media type", "response 404: media type"],
  ],
  [{ kind: "status", status: 503 }, [...VALID, "response 503: header Retry-After"]],
  [{ kind: "status", status: 500 }, VALID],
])("a server with the fault %j fails the clause of what is missing", TIMEOUT, async ([fault, clauses]) => {
  const stub = await startChecked();
  stub.faults.replace([{ fault }]);
  expect(await failedAt(stub.url, variablesOf(stub))).toEqual(clauses);
});

type Document = typeof contract;
/** For members that the type of this contract requires. */
type Loose = { [name: string]: unknown };

/** Servers of another contract, which is made by a change of this one. */
test.for<[string, (document: Document) => void, string[]]>([
  [
    "accepts an empty audience",
    ({ components }) => delete (components.schemas.SyncUserIdentityRequest.properties.audience as Loose).minLength,
    ["body /audience: minLength"],
  ],
  [
    "accepts a clientUpnKey of any length",
    ({ components }) => delete (components.schemas.SyncUserIdentityRequest.properties.clientUpnKey as Loose).maxLength,
    ["body /clientUpnKey: maxLength"],
  ],
  [
    "rejects a long clientUpnKey",
    ({ components }) =>
      Object.assign(components.schemas.SyncUserIdentityRequest.properties.clientUpnKey, { maxLength: 200 }),
    RANDOM,
  ],
  [
    "rejects groups that are null",
    ({ components }) => Object.assign(components.schemas.IdentityConnection.properties.groups, { type: "array" }),
    RANDOM,
  ],
  [
    "accepts an attribute without a key",
    ({ components }) => Object.assign(components.schemas.IdentityAttribute, { required: [] }),
    ["body /attributes/*/key: required"],
  ],
  [
    "needs no application token",
    ({ paths }) => Object.assign(paths["/v1/users/{userId}/$sync"].put, { security: [{ Bearer: [] }, { Basic: [] }] }),
    [
      "security: Bearer without ApplicationToken rejected",
      "security: wrong ApplicationToken with right Bearer rejected",
    ],
  ],
  [
    "accepts no Basic",
    ({ paths }) =>
      Object.assign(paths["/v1/users/{userId}/$sync"].put, { security: [{ Bearer: [], ApplicationToken: [] }] }),
    ["security: Basic accepted"],
  ],
  [
    "does not know text/json in requests",
    ({ paths }) => delete (paths["/v1/users/{userId}/$sync"].put.requestBody.content as Loose)["text/json"],
    ["valid request in text/json: succeeds"],
  ],
  [
    "does not know text/json in responses",
    ({ paths }) => delete (paths["/v1/users/{userId}/$sync"].put.responses["200"].content as Loose)["text/json"],
    ["Accept: text/json"],
  ],
])("a server that %s fails the clause", TIMEOUT, async ([, change, clauses]) => {
  const document = structuredClone(contract);
  change(document);
  const { users, ...directory } = await demoDirectory();
  const stub = await startChecked({ directory: { users, ...directory } }, document);
  expect(await failedAt(stub.url, variablesOf(stub))).toEqual(clauses);
});

async function demoDirectory() {
  const { default: directory } = await import("../../../server/demo-directory.json", { with: { type: "json" } });
  return directory as never as { users: never[]; roles: never[]; roleConnectionMaps: never[] };
}

function without(name: string, status?: number): Front {
  return {
    after: (returned) => void ((status ?? returned.status) === returned.status && delete returned.headers[name]),
  };
}

/** Changes the body of responses with a status. */
function edited(status: number, edit: (body: Record<string, unknown>) => void): Front {
  return {
    after(returned) {
      if (returned.status !== status) return;
      const body = JSON.parse(returned.body);
      edit(body);
      returned.body = JSON.stringify(body);
    },
  };
}

function counting(): Front {
  let count = 0;
  return edited(200, (body) => Object.assign(body, { displayName: `Ada ${++count}` }));
}

/** Rejects each random request the second time. */
function conflicting(): Front {
  const stored = new Set<string>();
  const isExample = (body: string) =>
    Object.values(contract.components.examples).some(({ value }) => body === JSON.stringify(value));
  return {
    after(returned, { body, headers }) {
      const key = `${headers["content-type"]} ${body}`;
      if (returned.status < 300 && stored.has(key) && !isExample(body)) problem(returned, 409);
      stored.add(key);
    },
  };
}

function problem(returned: Returned, status: number): void {
  const body = JSON.stringify({ type: "about:blank", title: "Changed", status });
  Object.assign(returned, { status, body });
  returned.headers["content-type"] = "application/problem+json";
}

const REFUSED = [
  "security: no credentials rejected",
  "security: ApplicationToken without Bearer rejected",
  "security: wrong Bearer with right ApplicationToken rejected",
  "security: Bearer without ApplicationToken rejected",
  "security: wrong ApplicationToken with right Bearer rejected",
  "security: wrong Basic rejected",
];

/** Servers that spoil requests or responses. */
test.for<[string, Front, string[]]>([
  ["sends no request id", without("x-request-id", 200), ["response 200: header X-Request-Id"]],
  ["sends no challenge", without("www-authenticate"), ["response 401: header WWW-Authenticate"]],
  ["sends no Allow", without("allow"), ["method: another one is 405 with Allow", "response 405: header Allow"]],
  [
    "sends 404 for another method",
    { after: (returned) => void (returned.status === 405 && problem(returned, 404)) },
    ["method: another one is 405 with Allow"],
  ],
  [
    "takes any charset for UTF-8",
    {
      before: ({ headers }) =>
        void (/utf-16/.test(`${headers["content-type"]}`) && Object.assign(headers, { "content-type": "text/json" })),
    },
    ["Content-Type: another charset is 415"],
  ],
  [
    "accepts a body with text after its JSON",
    { before: (passed) => void Object.assign(passed, { body: passed.body.replace(/,$/, "") }) },
    ["body: JSON"],
  ],
  [
    "ignores the Content-Type",
    {
      before: ({ headers }) =>
        void (headers["content-type"] && Object.assign(headers, { "content-type": "application/json" })),
    },
    ["Content-Type: another one is 415", "Content-Type: another charset is 415"],
  ],
  [
    "ignores Accept",
    { before: ({ headers }) => void delete headers.accept },
    ["Accept: none of the response's media types is 406", "Accept: text/json"],
  ],
  [
    "sends problems as plain JSON",
    {
      after: ({ status, headers }) =>
        void (status === 400 && Object.assign(headers, { "content-type": "application/json" })),
    },
    ["response 400: media type"],
  ],
  [
    "repeats another status in a problem",
    edited(401, (body) => Object.assign(body, { status: 500 })),
    ["response 401: problem document"],
  ],
  ["leaves out a required property", edited(200, (body) => void delete body.displayName), ["response 200: body"]],
  ["responds differently each time", counting(), ["PUT: the same request twice has the same response"]],
  [
    "responds with a status that is not declared",
    { after: (returned) => void (returned.status === 200 && Object.assign(returned, { status: 202 })) },
    ["responses: each success is declared"],
  ],
  [
    "rejects texts beyond ASCII",
    { after: (returned, { body }) => void (returned.status < 300 && /[^ -~\s]/.test(body) && problem(returned, 409)) },
    RANDOM,
  ],
  [
    "needs no credentials",
    { before: ({ headers }) => void Object.assign(headers, { authorization: rightBasic }) },
    REFUSED,
  ],
  [
    "takes any application token for the right one",
    {
      before({ headers }) {
        if (headers["x-application-token"]) headers["x-application-token"] = rightToken;
      },
    },
    ["security: wrong ApplicationToken with right Bearer rejected"],
  ],
  [
    "rejects members that the contract does not describe",
    {
      after: (returned, { body }) =>
        void (returned.status < 300 && body.includes("x-unknown") && problem(returned, 409)),
    },
    RANDOM,
  ],
  [
    "sends 400 as HTML",
    {
      after(returned) {
        if (returned.status !== 400) return;
        returned.headers["content-type"] = "text/html";
        returned.body = "<h1>400</h1>";
      },
    },
    ["response 400: media type"],
  ],
  ["rejects a request that it has stored", conflicting(), ["PUT: the same request twice has the same response"]],
  [
    "stores a part of a body that it rejects",
    {
      async after({ status }, passed, again) {
        const { attributes, connection } = status === 400 && passed.body.endsWith("}") ? JSON.parse(passed.body) : {};
        if (!Array.isArray(attributes) || attributes.length > 100) return;
        await again({ ...passed, body: JSON.stringify({ audience: "any", attributes, connection }) });
      },
    },
    ["rejected requests: leave no trace"],
  ],
  [
    "stores a request before it rejects the credentials",
    {
      async after(returned, passed, again) {
        if (returned.status === 401)
          await again({ ...passed, headers: { ...passed.headers, authorization: rightBasic } });
      },
    },
    ["rejected requests: leave no trace"],
  ],
])("a server that %s fails the clause", TIMEOUT, async ([, front, clauses]) => {
  const stub = await startChecked();
  rightToken = stub.demo?.applicationToken ?? "";
  rightBasic = `Basic ${btoa(`${stub.demo?.apiKey.id}:${stub.demo?.apiKey.secret}`)}`;
  const url = await startFront(stub.url, front);
  expect(await failedAt(url, variablesOf(stub))).toEqual(clauses);
});

let [rightToken, rightBasic] = ["", ""];

test("a server that does not name the place of a violation fails the clause of each constraint", TIMEOUT, async () => {
  const stub = await startChecked();
  const url = await startFront(
    stub.url,
    edited(400, (body) => Object.assign(body, { errors: [] })),
  );
  const failed = await failedAt(url, variablesOf(stub));
  expect(failed).toEqual(
    expect.arrayContaining(["body /audience: minLength", "body /connection/connectionId: required"]),
  );
  expect(failed.filter((name) => !name.startsWith("body"))).toEqual([]);
});
