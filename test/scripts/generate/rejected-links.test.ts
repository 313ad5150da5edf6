import { expect, test } from "vitest";
import { contractFolder, contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

const QUERY = "parameters: [{ name: part, in: query, schema: { type: string } }]";

/** A contract whose response has the link. */
const withLink = (link: string) => ({
  text: contractWith({ operation: QUERY }).replace("The thing.", `The thing.\n          links: { next: ${link} }`),
});
const withCallback = (expression: string) => ({
  path: `put:
  operationId: putThing
  callbacks: { changed: { "${expression}": { post: { responses: { "204": { description: ok } } } } } }
  responses: { "204": { description: ok } }`,
});
const noExpression = (text: string) =>
  `'${text}' is no runtime expression. Write one such as '$request.path.id' or '$response.body#/id'.`;
const either = "A link has either an 'operationId' or an 'operationRef'. Write one of them.";
const noOperation = (reference: string) => `'${reference}' is no operation. Write its operationId instead.`;

testRejections([
  [
    "a link to an operation that does not exist",
    withLink("{ operationId: readThings }"),
    ["link", "There is no operation 'readThings'. Did you mean 'readThing'?", "readThings"],
  ],
  ...["{ description: Next. }", '{ operationId: readThing, operationRef: "#/paths/~1things~1{id}/get" }'].map(
    (link): Rejection => [`the link ${link}`, withLink(link), ["link", either, "next"]],
  ),
  ...["#/paths/~1things/get", "#/paths/~1things~1{id}/put", "#/paths/~1things~1{id}", "#/paths/%"].map(
    (reference): Rejection => [
      `a link to ${reference}, which is no operation`,
      withLink(`{ operationRef: "${reference}" }`),
      ["link", noOperation(reference), `"${reference}"`],
    ],
  ),
  [
    "a link to another document",
    withLink('{ operationRef: "https://things.example/openapi.yaml#/paths/~1a/get" }'),
    [
      "link",
      "'https://things.example/openapi.yaml#/paths/~1a/get' is not supported. Write the operationId of an operation of this contract.",
      '"https://things.example/openapi.yaml#/paths/~1a/get"',
    ],
  ],
  ...["$response.bdy#/id", "$reponse.body#/id", "$response.body.id", "$request.header.a b", "$statuscode"].map(
    (expression): Rejection => [
      `the expression ${expression} of a link`,
      withLink(`{ operationId: readThing, parameters: { id: "${expression}" } }`),
      ["link", noExpression(expression), `"${expression}"`],
    ],
  ),
  [
    "an expression in braces in the body of a link",
    withLink('{ operationId: readThing, parameters: { id: a }, requestBody: "/things/{$request.paht.id}" }'),
    ["link", noExpression("$request.paht.id"), '"/things/{$request.paht.id}"'],
  ],
  [
    "a parameter of a link that the operation does not have",
    withLink("{ operationId: readThing, parameters: { id: a, query.prat: 5, query.id: 1 } }"),
    ["link", "The operation has no parameter 'query.prat'. Did you mean 'query.part'?", "query.prat"],
    ["link", "The operation has no parameter 'query.id'. Remove it.", "query.id"],
  ],
  [
    "an expression of a callback",
    withCallback("https://things.example/{$request.bdy#/url}"),
    ["link", noExpression("$request.bdy#/url"), '"https://things.example/{$request.bdy#/url}"'],
  ],
]);

test("links and callbacks can have each kind of expression and constant, and lead to any operation", async () => {
  const links = `
            a: { operationRef: "#/paths/~1things~1{id}/get", parameters: { path.id: "$request.path.id", part: "$url" } }
            b: { operationId: readThing, parameters: { id: $response.body#/a~1b/0, query.part: [5, $] }, requestBody: { $a: $b } }
            c: { operationId: shared, requestBody: "a {$method} b {$response.header.X-Id}" }
            d: { operationRef: "#/paths/~1shared/get", parameters: {}, requestBody: $response.body }
            e: { operationId: thingChanged, requestBody: "$5.00", server: { url: / } }
            f: { operationId: readThing, parameters: { id: $statusCode, part: "$request.query.page[size]" } }`;
  const text = contractWith({
    operation: `${QUERY}\ncallbacks: { c: { x-a: 1, "{$request.query.url}?a={$request.body#/a}": {}, "$request.body#/url": {}, "https://a.example": {} } }`,
    root: 'webhooks: { w: { post: { operationId: thingChanged, responses: { "204": { description: ok } } } } }',
  })
    .replace("The thing.", `The thing.\n          links:${links}`)
    .replace("\npaths:\n", '\npaths:\n  /shared: { $ref: "#/components/pathItems/Shared" }\n')
    .replace(
      "components:\n",
      'components:\n  pathItems: { Shared: { get: { operationId: shared, responses: { "204": { description: ok } } } } }\n',
    );
  const folder = await contractFolder({ "openapi.yaml": text });
  expect(await folder.generate()).toEqual({ code: 0, output: expect.any(String) });
});
