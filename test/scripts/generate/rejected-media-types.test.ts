import { contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

const put = (members: string) => ({ path: `put:\n  operationId: writeThing\n  ${members}` });
const responds = (status: string, members: string) =>
  put(`responses: { "${status}": { description: ok, ${members} } }`);
const LOWER = "Media types are written in lower case. Write 'application/json'.";
const texts = (type: string) =>
  `'application/xml' is sent as text or bytes, but its schema has the type ${type}. Write 'type: string'.`;

testRejections([
  [
    "a media range of a response with an object",
    responds("200", 'content: { "*/*": { schema: { type: object } } }'),
    ["media-type", "'*/*' is not supported in a response. Write the media type that is sent.", '"*/*"'],
  ],
  [
    "a media type of a response with a parameter",
    responds("200", 'content: { "application/json; charset=utf-8": { schema: { type: object } } }'),
    [
      "media-type",
      "'application/json; charset=utf-8' is not supported in a response. Write it without parameters.",
      '"application/json; charset=utf-8"',
    ],
  ],
  [
    "a media type of a request in upper case",
    put('requestBody: { content: { Application/JSON: {} } }\n  responses: { "204": { description: ok } }'),
    ["media-type", LOWER, "Application/JSON"],
  ],
  [
    "a media type of a response in upper case",
    responds("200", "content: { Application/JSON: {} }"),
    ["media-type", LOWER, "Application/JSON"],
  ],
  ...["204", "205", "304"].map(
    (status): Rejection => [
      `the content of a ${status}`,
      responds(status, "content: { application/json: {} }"),
      ["media-type", `A response ${status} has no content. Remove 'content', or write another status.`, "content"],
    ],
  ),
  [
    "the content of a 204 behind a reference",
    {
      text: contractWith({
        path: 'put: { operationId: writeThing, responses: { "204": { $ref: "#/components/responses/Gone" } } }',
      }).replace(
        "components:\n",
        "components:\n  responses: { Gone: { description: ok, content: { application/json: {} } } }\n",
      ),
    },
    ["media-type", "A response 204 has no content. Remove 'content', or write another status.", '"204"'],
  ],
  [
    "a schema of XML that is no text",
    responds("200", "content: { application/xml: { schema: { type: object } } }"),
    ["media-type", texts("object"), "{ type: object }"],
  ],
  [
    "a schema of XML that is no text, behind a reference",
    responds("200", 'content: { application/xml: { schema: { $ref: "#/components/schemas/Thing" } } }'),
    ["media-type", texts("object"), '{ $ref: "#/components/schemas/Thing" }'],
  ],
  [
    "an example of a text that breaks its schema",
    responds("200", "content: { text/plain: { schema: { type: string, maxLength: 3 }, example: hello } }"),
    ["example-valid", "The example does not match its schema: must NOT have more than 3 characters.", "hello"],
  ],
  [
    "an inexact multiple in a parameter",
    { operation: "parameters: [{ name: q, in: query, schema: { type: number, multipleOf: 0.01 } }]" },
    [
      "parameter",
      "'multipleOf: 0.01' can't be checked exactly in a parameter. Write a whole number, or a fraction such as 0.5.",
      "{ type: number, multipleOf: 0.01 }",
    ],
  ],
]);
