import { contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

const responseHeader = (text: string) => ({
  text: contractWith({}).replace("description: The thing.", `description: The thing.\n          headers: { ${text} }`),
});
const parameter = (text: string) => ({ operation: `parameters:\n  - { ${text} }` });

const noName = (name: string) => `'${name}' is no name of a header. Write letters, digits and '-'.`;
const own = (name: string) => `The header '${name}' belongs to HTTP itself. Remove it, or choose another name.`;
const VALUE = "A header can't have this value. Write Latin-1 characters without line breaks or spaces at the ends.";

testRejections([
  ...["application/json", "X Name", "X:Name", "Zähler"].flatMap((name): Rejection[] => [
    [
      `a response header named ${name}`,
      responseHeader(`"${name}": { schema: { type: string } }`),
      ["response-header", noName(name), `"${name}"`],
    ],
    [
      `a header parameter named ${name}`,
      parameter(`name: "${name}", in: header, schema: { type: string }`),
      ["parameter", noName(name), `"${name}"`],
    ],
  ]),
  ...[
    ...["Content-Length", "Transfer-Encoding", "Content-Encoding", "Expect", "Set-Cookie", "Connection", "Host"],
    ...["Upgrade", "Trailer", "TE", "keep-alive", "Cookie"],
  ].map(
    (name): Rejection => [
      `the header parameter ${name}`,
      parameter(`name: ${name}, in: header, schema: { type: string }`),
      ["parameter", own(name), name],
    ],
  ),
  ...["Content-Length", "Transfer-Encoding", "Connection", "content-encoding", "Keep-Alive", "Trailer", "Upgrade"].map(
    (name): Rejection => [
      `the response header ${name}`,
      responseHeader(`${name}: { schema: { type: string } }`),
      ["response-header", own(name), name],
    ],
  ),
  [
    "the response header Content-Type",
    responseHeader("Content-Type: { schema: { type: string } }"),
    [
      "response-header",
      "OpenAPI ignores the response header 'Content-Type'. Write the media type in 'content'.",
      "Content-Type",
    ],
  ],
  ...['"a\\nb"', '"→"', '" a"', '"a\\0"'].flatMap((value): Rejection[] => [
    [
      `the example ${value} of a response header`,
      responseHeader(`X-A: { schema: { type: string }, example: ${value} }`),
      ["response-header", VALUE, value],
    ],
    [
      `the named example ${value} of a response header`,
      responseHeader(`X-A: { schema: { type: string }, examples: { one: { value: ${value} } } }`),
      ["response-header", VALUE, value],
    ],
  ]),
  ...["header", "query"].map(
    (place): Rejection => [
      `a parameter in ${place} without a name`,
      parameter(`name: "", in: ${place}, schema: { type: string }`),
      ["parameter", "A parameter needs a name. Write it as it is sent.", '""'],
    ],
  ),
  [
    "a path with two parameters directly beside each other",
    {
      text: contractWith({})
        .replace("/things/{id}", "/things/{id}{kind}")
        .replace("    get:", "      - { name: kind, in: path, required: true, schema: { type: string } }\n    get:"),
    },
    ["path", "Nothing separates '{id}' from the next parameter. Write '/' in between.", "/things/{id}{kind}"],
  ],
]);
