import { expect, test } from "vitest";
import { copyProject, refused } from "./project-copy.ts";

test("YAML that is none: a bad indent, a tab, a key twice, nothing, a list", async () => {
  expect(await refused(["  version: 1.0.0", "   version: 1.0.0"])).toMatchInlineSnapshot(`
    "openapi.yaml:9:10  error  yaml
      Nested mappings are not allowed in compact mappings
      8 | info:
      9 |   title: Nexus APIs
        |          ^
    generated/ was not changed.  1 error.
    "
  `);
  expect(await refused(["  version: 1.0.0", "\tversion: 1.0.0"])).toMatchInlineSnapshot(`
    "openapi.yaml:10:1  error  yaml
      Tabs are not allowed as indentation
       9 |   title: Nexus APIs
      10 | 	version: 1.0.0
         | ^
    generated/ was not changed.  1 error.
    "
  `);
  expect(await refused(["  version: 1.0.0", "  version: 1.0.0\n  version: 1.0.1"])).toMatchInlineSnapshot(`
    "openapi.yaml:11:3  error  yaml
      Map keys must be unique
      10 |   version: 1.0.0
      11 |   version: 1.0.1
         |   ^
    generated/ was not changed.  1 error.
    "
  `);
  const project = copyProject();
  project.write("openapi.yaml", "");
  expect((await project.generate()).output).toMatchInlineSnapshot(`
    "openapi.yaml:1:1  error  yaml
      The contract is not a YAML mapping.
      1 |
        | ^
    generated/ was not changed.  1 error.
    "
  `);
  project.write("openapi.yaml", "- paths\n");
  expect((await project.generate()).output).toMatchInlineSnapshot(`
    "openapi.yaml:1:1  error  yaml
      The contract is not a YAML mapping.
      1 | - paths
        | ^
    generated/ was not changed.  1 error.
    "
  `);
});

test("another version of OpenAPI: one line says what is expected", async () => {
  expect(await refused(["openapi: 3.1.1", "openapi: 3.2.0"])).toMatchInlineSnapshot(`
    "openapi.yaml:5:10  error  openapi-3-1
      The contract is written in OpenAPI 3.1: not '3.2.0'.
      4 | #   D  decided here, because the page is silent
      5 | openapi: 3.2.0
        |          ^^^^^
    generated/ was not changed.  1 error.
    "
  `);
  expect(await refused(["openapi: 3.1.1", "openapi: 3.0.3"])).toMatchInlineSnapshot(`
    "openapi.yaml:5:10  error  openapi-3-1
      The contract is written in OpenAPI 3.1: not '3.0.3'.
      4 | #   D  decided here, because the page is silent
      5 | openapi: 3.0.3
        |          ^^^^^
    generated/ was not changed.  1 error.
    "
  `);
  expect(await refused(["openapi: 3.1.1\n", ""])).toMatchInlineSnapshot(`
    "openapi.yaml:7:1  error  openapi-3-1
      The contract is written in OpenAPI 3.1: it does not say its version in 'openapi'.
      6 | # P: the title. D: the version and the text.
      7 | info:
        | ^^^^^
    generated/ was not changed.  1 error.
    "
  `);
});
