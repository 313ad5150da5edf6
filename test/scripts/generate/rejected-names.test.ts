import { contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

testRejections([
  ...["größe", "id*"].map(
    (name): Rejection => [
      `the path parameter ${name}`,
      { text: contractWith({}).replace("{id}", `{${name}}`).replace("name: id", `name: "${name}"`) },
      [
        "path",
        `The name of the parameter '{${name}}' must consist of ASCII letters, digits, '_', '.' and '-'. Rename it.`,
        `/things/{${name}}`,
      ],
    ],
  ),
  [
    "a path parameter with such a name that no path has",
    { operation: 'parameters:\n  - { name: "id*", in: path, required: true, schema: { type: string } }' },
    ["path-parameters-defined", "Path parameter 'id*' is not used in the path '/things/{id}'.", '"id*"'],
  ],
  ...["__proto__", "constructor"].map(
    (name): Rejection => [
      `a header parameter with the name ${name}`,
      { operation: `parameters:\n  - { name: ${name}, in: header, schema: { type: string } }` },
      ["parameter", `'${name}' is a member of every object in JavaScript. Choose another name.`, name],
    ],
  ),
  ...["/livez", "/readyz", "/metrics"].map(
    (path): Rejection => [
      `the path ${path}`,
      {
        text: contractWith({})
          .replace("/things/{id}", path)
          .replace(/^ {4}parameters:\n.*\n/m, ""),
      },
      ["path", `'${path}' is a path of the server itself. Choose another one.`, path],
    ],
  ),
]);
