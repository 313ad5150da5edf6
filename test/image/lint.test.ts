import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DCLinter } from "dclint";
import { type Copy, DockerfileParser } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "./dockerfile-steps.ts";

const textOf = (file: string) => readFileSync(join(ROOT, file), "utf8");
const DOCKERFILE = DockerfileParser.parse(textOf("Dockerfile"));

test("the linters find nothing in Dockerfile and compose.yaml", () => {
  expect(validate(textOf("Dockerfile"))).toEqual([]);
  const linter = new DCLinter({ rules: {}, quiet: false, debug: false, exclude: [] });
  // The declarations of the package lack their neighbours.
  const results: { messages: { rule: string; line: number }[] }[] = linter.lintFiles(
    [join(ROOT, "compose.yaml")],
    false,
  );
  expect(results.flatMap(({ messages }) => messages.map(({ rule, line }) => `${line} ${rule}`))).toEqual([]);
});

test("the image runs as node on the Node of the project, without a shell between Docker and the server", () => {
  const images = DOCKERFILE.getFROMs().map((from) => from.getImage());
  expect(new Set(images)).toEqual(new Set([`node:${textOf(".node-version").trim()}-slim`]));
  const last = DOCKERFILE.getInstructions();
  expect(last.filter((one) => one.getKeyword() === "USER").map((one) => one.getArgumentsContent())).toEqual(["node"]);
  const [command] = DOCKERFILE.getCMDs();
  expect(JSON.parse(command?.getArgumentsContent() ?? "")[0]).toBe("node");
});

test("the build context contains the files that the Dockerfile copies, and nothing else", () => {
  const [first, ...others] = textOf(".dockerignore").trim().split("\n");
  const copied = DOCKERFILE.getCOPYs().flatMap((copy: Copy) =>
    copy.getFlags().length > 0
      ? []
      : copy
          .getArguments()
          .slice(0, -1)
          .map((one) => one.getValue()),
  );
  expect(first).toBe("*");
  const included = others.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  expect(included.toSorted()).toEqual([...new Set(copied)].toSorted());
});

test("the service of compose.yaml cannot write its root file system, and has no privileges", () => {
  const { services } = parse(textOf("compose.yaml"));
  expect(services["nexus-sync"]).toMatchObject({
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    depends_on: { database: { condition: "service_healthy" } },
  });
});
