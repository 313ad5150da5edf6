import { createTypeCheck } from "../../../scripts/generate/type-check.ts";

/** The compiler errors of the project in `root`. */
export async function typeErrors(root: string): Promise<string[]> {
  const all: string[] = [];
  for await (const { errors } of createTypeCheck(root)()) all.push(...errors);
  return all;
}
