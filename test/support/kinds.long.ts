import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startStub } from "../../server/stub/start-stub.ts";
import { contractFolder, contractWith } from "../scripts/generate/contract-folder.ts";

interface Expected {
  status: number;
  /** Null for a header that is not sent. */
  headers?: Record<string, string | null>;
  body?: unknown;
}

/** A request with the token of the stub, and a part of its response. */
type Exchange = [request: string, expected: Expected, init?: RequestInit];

const NO_CONTENT = 'responses: { "204": { description: ok } }';
const OK = '"200": { description: ok, content: { application/json: { example: [1] } } }';
const put = (members: string) => ({ path: `put:\n  operationId: putThing\n  ${members}` });
const body = (value: unknown) => ({ body: JSON.stringify(value), headers: { "Content-Type": "application/json" } });
const nested = (levels: number) => `${"{ items: ".repeat(levels)}{ type: string }${" }".repeat(levels)}`;
const withComponents = (text: string, components: string) =>
  text.replace("components:\n", `components:\n  ${components}\n`);

const SERVED: [title: string, files: string | Record<string, string>, ...exchanges: Exchange[]][] = [
  [
    "the examples of response headers, of each kind",
    contractWith(
      put(`responses:
    "204":
      description: ok
      headers:
        X-Own: { schema: { type: integer }, examples: { one: { value: 5 } } }
        X-List: { schema: { type: array, items: { type: string } }, example: [a, b] }
        X-Object: { schema: { type: object }, example: { a: 1, b: 2 } }
        X-Pairs: { explode: true, schema: { type: object }, example: { a: 1, b: 2 } }
        X-Schema: { required: true, schema: { type: integer, default: 7 } }
        X-Json: { content: { application/json: { example: { a: [1] } } } }`),
    ),
    [
      "PUT /things/a",
      {
        status: 204,
        headers: {
          "X-Own": "5",
          "X-List": "a,b",
          "X-Object": "a,1,b,2",
          "X-Pairs": "a=1,b=2",
          "X-Schema": "7",
          "X-Json": '{"a":[1]}',
        },
      },
    ],
  ],
  [
    "required response headers that have no example, and no optional ones",
    contractWith(
      put(`responses:
    "204":
      description: ok
      headers:
        X-Count: { required: true, schema: { type: integer, minimum: 5 } }
        X-Flags: { required: true, schema: { type: array, items: { type: [boolean, "null"] } } }
        X-Date: { required: true, schema: { $ref: "#/components/schemas/Day" } }
        X-Other: { schema: { type: integer } }`),
    ).replace("  schemas:\n", "  schemas:\n    Day: { type: string, format: date }\n"),
    ...[{}, { headers: { Prefer: "code=204" } }].map((init): Exchange => {
      const headers = { "X-Count": "5", "X-Flags": "true", "X-Date": "2026-01-31", "X-Other": null };
      return ["PUT /things/a", { status: 204, headers }, init];
    }),
  ],
  [
    "a literal segment with encoded characters, whose digits can have any case",
    contractWith({}).replace(
      "\npaths:\n",
      `\npaths:\n  /a%C3%A9: { put: { operationId: putEncoded, ${NO_CONTENT} } }\n`,
    ),
    ["PUT /a%C3%A9", { status: 204 }],
    ["PUT /a%c3%a9", { status: 204 }],
    ["PUT /A%c3%a9", { status: 404 }],
  ],
  [
    "an operation whose only response is the default",
    contractWith(
      put("responses: { default: { description: ok, content: { application/json: { example: { a: 1 } } } } }"),
    ),
    ["PUT /things/a", { status: 200, body: { a: 1 } }],
    ["PUT /things/a", { status: 418, body: { a: 1 } }, { headers: { Prefer: "code=418" } }],
  ],
  [
    "an operation whose example is elsewhere",
    contractWith(
      put(
        'responses: { "200": { description: ok, content: { application/json: { examples: { far: { externalValue: "https://things.example/a.json" } } } } } }',
      ),
    ),
    ["PUT /things/a", { status: 501 }],
  ],
  [
    "a pointer to a name that is escaped",
    contractWith(
      put(`requestBody: { content: { application/json: { schema: { required: [a/b] } } } }\n  ${NO_CONTENT}`),
    ),
    [
      "PUT /things/a",
      { status: 400, body: expect.objectContaining({ errors: [{ pointer: "/a~1b", detail: "must be present" }] }) },
      body({}),
    ],
  ],
  [
    "an array in a path, with and without explode",
    contractWith(put(NO_CONTENT)).replace(
      "schema: { type: string }",
      "explode: true, schema: { type: array, items: { type: integer } }",
    ),
    ["PUT /things/1,2", { status: 204 }],
    ["PUT /things/1,x", { status: 400 }],
  ],
  [
    "a body behind two references",
    withComponents(
      contractWith(put(`requestBody: { $ref: "#/components/requestBodies/A" }\n  ${NO_CONTENT}`)),
      'requestBodies: { A: { $ref: "#/components/requestBodies/B" }, B: { required: true, content: { application/json: { schema: { type: object } } } } }',
    ),
    ["PUT /things/a", { status: 204 }, body({})],
    ["PUT /things/a", { status: 400 }, body(5)],
  ],
  [
    "a security scheme that is a reference",
    contractWith({ path: `put: { operationId: putThing, security: [{ Alias: [] }], ${NO_CONTENT} }` }).replace(
      "securitySchemes:",
      'securitySchemes:\n    Alias: { $ref: "#/components/securitySchemes/Token" }',
    ),
    ["PUT /things/a", { status: 204 }],
    ["PUT /things/a", { status: 401 }, { headers: { Authorization: "" } }],
  ],
  [
    "references to the contract's own file, and to a file that is a boolean",
    {
      "openapi.yaml": contractWith(
        put(
          `requestBody: { content: { application/json: { schema: { $ref: "openapi.yaml#/components/schemas/Pair" } } } }\n  ${NO_CONTENT}`,
        ),
      ).replace("    Thing:", "    Pair: { type: object, properties: { a: { $ref: any.yaml } } }\n    Thing:"),
      "any.yaml": "true\n",
    },
    ["PUT /things/a", { status: 204 }, body({ a: 1 })],
    ["PUT /things/a", { status: 400 }, body(5)],
  ],
  [
    "a path item that is also a webhook, by reference to a component",
    withComponents(
      contractWith({ root: 'webhooks: { a: { $ref: "#/components/pathItems/A" } }' }).replace(
        "\npaths:\n",
        '\npaths:\n  /a: { $ref: "#/components/pathItems/A" }\n',
      ),
      `pathItems: { A: { get: { operationId: readA, ${NO_CONTENT} } } }`,
    ),
    ["GET /a", { status: 204 }],
  ],
  [
    "a template at the root beside the server's own paths",
    contractWith({}).replace(
      "\npaths:\n",
      `\npaths:\n  /{page}: { get: { operationId: readPage, parameters: [{ name: page, in: path, required: true, schema: { type: string } }], responses: { ${OK} } } }\n`,
    ),
    ["GET /index", { status: 200, body: [1] }],
    ["GET /livez", { status: 200, body: "alive\n" }],
  ],
  [
    "schemas as deep as they may be",
    contractWith(put(`requestBody: { content: { application/json: { schema: ${nested(242)} } } }\n  ${NO_CONTENT}`)),
    ["PUT /things/a", { status: 204 }, body([])],
    ["PUT /things/a", { status: 400 }, { ...body([]), body: `${"[".repeat(242)}5${"]".repeat(242)}` }],
  ],
  [
    "names of operations that every object has",
    contractWith({
      path: ["put: toString", "post: constructor", "patch: valueOf"]
        .map((one) => `${one.replace(": ", ": { operationId: ")}, responses: { ${OK} } }`)
        .join("\n"),
    }),
    ...["PUT", "POST", "PATCH"].map((method): Exchange => [`${method} /things/a`, { status: 200, body: [1] }]),
  ],
];

test.for(SERVED)("the server serves %s", { timeout: 60_000 }, async ([, files, ...exchanges]) => {
  const folder = await contractFolder(typeof files === "string" ? { "openapi.yaml": files } : files);
  const generated = await folder.generate();
  expect(generated, generated.output).toMatchObject({ code: 0 });
  const document = pathToFileURL(join(folder.root, "out/openapi.json"));
  const server = await startStub({ document, controlPort: "none" });
  onTestFinished(() => server.close());
  for (const [request, { status, headers = {}, body: expected }, init] of exchanges) {
    const [method = "", path = ""] = request.split(" ");
    const sent = { Authorization: `Bearer ${server.demo?.bearerToken}`, ...(init?.headers as object) };
    const response = await fetch(server.url + path, { method, ...init, headers: sent });
    const text = await response.text();
    expect([response.status, text], request).toEqual([status, expect.anything()]);
    for (const [name, value] of Object.entries(headers)) expect(response.headers.get(name), name).toBe(value);
    if (expected !== undefined) expect(typeof expected === "string" ? text : JSON.parse(text)).toEqual(expected);
  }
});

test.for([243, 244])("a schema of %i levels is one too deep, and is reported", async (levels) => {
  const text = contractWith(
    put(`requestBody: { content: { application/json: { schema: ${nested(levels)} } } }\n  ${NO_CONTENT}`),
  );
  const folder = await contractFolder({ "openapi.yaml": text });
  const { code, output } = await folder.generate();
  expect(output).toContain("  error  yaml\n  This is nested more than 250 levels deep. Refer to a component\n");
  expect(code).toBe(2);
});
