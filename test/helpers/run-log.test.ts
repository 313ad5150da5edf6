import { expect, test } from "vitest";
import { leaks } from "./run-log.ts";

test("secrets, tokens, attribute values and user ids in the log of the run are found", () => {
  const log = '{"msg":"request"}\n{"user":"u-ada"}\n{"err":"planted-department"}\n{"token":"abc.def"}\n';
  expect(leaks(log, ["abc.def", ""])).toEqual([
    `'u-ada' in: {"user":"u-ada"}`,
    `'planted' in: {"err":"planted-department"}`,
    `'abc.def' in: {"token":"abc.def"}`,
  ]);
});
