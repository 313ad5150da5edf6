import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { run } from "../../../scripts/generate.ts";
import { contractFolder, contractWith } from "./contract-folder.ts";

const FILES = {
  "openapi.yaml": `openapi: 3.1.1
info: { title: People, version: 1.0.0 }
security: []
paths:
  /people: { $ref: ./paths/people.yaml }
components:
  responses:
    Error: { $ref: "schemas/errors/responses.yaml#/Error" }
`,
  "paths/people.yaml": `get:
  operationId: listPeople
  parameters:
    - { $ref: "../parameters.yaml#/Limit" }
  responses:
    "200":
      description: The people.
      content:
        application/json:
          schema: { type: array, items: { $ref: ../schemas/person.yaml } }
          examples: { one: { $ref: ../examples/one.json } }
    default: { $ref: "../openapi.yaml#/components/responses/Error" }
`,
  "parameters.yaml": "Limit: { name: limit, in: query, schema: { type: integer, default: 20 } }\n",
  "schemas/person.yaml": `type: object
required: [name]
properties:
  name: { type: string }
  parent: { $ref: "#" }
  nickname: { $ref: "#/properties/name" }
  problem: { $ref: "errors/responses.yaml#/Problem" }
`,
  "schemas/errors/responses.yaml": `Error:
  description: An error.
  content:
    application/problem+json:
      schema: { $ref: "#/Problem" }
Problem: { type: object, properties: { title: { type: string } } }
`,
  "examples/one.json": '{ "value": [{ "name": "Ada", "parent": { "name": "Anne" } }] }',
};

test("references to files below the contract's folder are bundled", async () => {
  const folder = await contractFolder(FILES);
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const { paths, components } = JSON.parse(folder.read("out/openapi.json"));
  expect(JSON.stringify([paths, components])).not.toMatch(/"\$ref":"[^#]/);
  expect(paths["/people"].get.operationId).toBe("listPeople");
  expect(Object.keys(components.schemas).toSorted()).toEqual(["Problem", "name", "person"]);
  expect(folder.read("out/types.ts")).toContain("export type Person = components['schemas']['person'];");
  expect(await folder.generate("--check")).toMatchObject({ code: 0 });
});

test("files with one name in several folders are different components", async () => {
  const responses = '{ "200": { $ref: ok.yaml }, "404": { $ref: b/ok.yaml } }';
  const folder = await contractFolder({
    "openapi.yaml": contractWith({}).replace("  /things/{id}:", "  /a: { $ref: a/path.yaml }\n  /things/{id}:"),
    "a/path.yaml": `put: { operationId: putA, responses: ${responses} }`,
    "a/ok.yaml": "description: The first.",
    "a/b/ok.yaml": "description: The second.",
  });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const { responses: bundled } = JSON.parse(folder.read("out/openapi.json")).components;
  expect(bundled).toEqual({ ok: { description: "The first." }, "ok-2": { description: "The second." } });
});

const PET = "type: object\nrequired: [kind]\nproperties: { kind: { type: string }";

test("the values of a discriminator are names of schemas, or files with and without ./", async () => {
  const mapping = "{ c: Cat, d: pets/Dog.yaml, e: ./pets/eel.json#/Eel, f: Fox.yaml }";
  const folder = await contractFolder({
    "openapi.yaml": contractWith({
      schema: `required: [kind]\nproperties: { kind: { type: string } }\ndiscriminator: { propertyName: kind, mapping: ${mapping} }`,
    }).replace("    Thing:\n", "    Cat: { $ref: pets/Cat.yaml }\n    Fox.yaml: { type: object }\n    Thing:\n"),
    "pets/Cat.yaml": `${PET} }\ndiscriminator: { propertyName: kind, mapping: { d: Dog.yaml } }`,
    "pets/Dog.yaml": `${PET}, tail: { type: string } }`,
    "pets/eel.json": '{ "Eel": { "type": "object" } }',
  });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const { schemas } = JSON.parse(folder.read("out/openapi.json")).components;
  const [dog, eel] = ["#/components/schemas/Dog", "#/components/schemas/Eel"];
  expect(schemas.Thing.discriminator.mapping).toEqual({ c: "Cat", d: dog, e: eel, f: "Fox.yaml" });
  expect(schemas.Cat.discriminator.mapping).toEqual({ d: dog });
});

type Name = keyof typeof FILES;

const PROBLEMS: [title: string, file: Name, from: string, to: string, expected: string][] = [
  [
    "a contradiction in another file",
    "schemas/errors/responses.yaml",
    "title: { type: string }",
    "title: { type: string, maximum: 3 }",
    "schemas/errors/responses.yaml:6:63  error  schema-contradiction\n  'maximum' has no effect on the type string.",
  ],
  [
    "a default in another file",
    "parameters.yaml",
    "default: 20",
    "default: all",
    "parameters.yaml:1:68  error  example-valid\n  The default does not match its schema: must be integer.",
  ],
  [
    "an example in another file",
    "examples/one.json",
    '"Anne"',
    "7",
    "examples/one.json:1:50  error  example-valid\n  The example 'one' does not match its schema: must be string.",
  ],
  [
    "a syntax error in another file",
    "schemas/person.yaml",
    "properties:\n",
    "properties:\n\tx\n",
    "schemas/person.yaml:4:1  error  yaml\n  Tabs are not allowed as indentation",
  ],
  [
    "a missing file",
    "paths/people.yaml",
    "one.json",
    "two.json",
    "paths/people.yaml:11:36  error  no-unresolved-refs\n  The file 'examples/two.json' can't be read.",
  ],
  [
    "a missing place in another file",
    "paths/people.yaml",
    "#/Limit",
    "#/Limits",
    "paths/people.yaml:4:15  error  no-unresolved-refs\n  '../parameters.yaml#/Limits' does not exist.",
  ],
  [
    "a file outside of the contract's folder",
    "openapi.yaml",
    "./paths/people.yaml",
    "../people.yaml",
    "openapi.yaml:5:20  error  no-unresolved-refs\n  '../people.yaml' is not below the contract's folder. Move it.",
  ],
];

test.for(PROBLEMS)("%s is reported in its file", async ([, file, from, to, expected]) => {
  const folder = await contractFolder({ ...FILES, [file]: FILES[file].replace(from, to) });
  const { code, output } = await folder.generate();
  expect(output).toContain(expected);
  expect(output).toMatch(/\^\nout\/ was not changed\. {2}1 error\.\n$/);
  expect(code).toBe(2);
});

test("the watch generates after a change of another file, and after its error is corrected", async () => {
  const { root, read } = await contractFolder(FILES);
  const end = new AbortController();
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const done = run(["--contract", "openapi.yaml", "--out", "out", "--watch"], print, { root, signal: end.signal });
  onTestFinished(async () => {
    end.abort();
    await done;
  });
  const printed = async (start: string) => {
    while (!lines.some((line) => line.startsWith(start))) await new Promise((resolve) => setTimeout(resolve, 10));
    return lines.splice(0);
  };
  await printed("wrote out/manifest.json");
  const file = "schemas/person.yaml";
  writeFileSync(join(root, file), FILES[file].replace("[name]", "[nam]"));
  expect((await printed("out/ was not changed"))[0]).toContain(`${file}:2:12  error`);
  writeFileSync(join(root, file), `${FILES[file]}  age: { type: integer }\n`);
  await printed("fixed");
  expect(read("out/types.ts")).toContain("age?: number;");
});
