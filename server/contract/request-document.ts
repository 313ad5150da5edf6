import type { ContractDocument } from "./document.ts";

interface Paths {
  [template: string]: Record<string, { requestBody?: { content: Record<string, { schema?: object }> } }>;
}

/**
 * The contract without responses, examples and `servers`. The request validator processes the whole document, and the
 * schemas of responses would take a third of the start time. It treats the path in `servers` as a base path and
 * validates nothing outside of it.
 */
export function requestDocument({ openapi, info, ...document }: ContractDocument): object {
  const { parameters = {}, schemas: all } = document.components;
  // The type has only the members that are read below.
  const paths = document.paths as Paths;
  const requests = mapValues(paths, (item) =>
    mapValues(item, ({ requestBody, ...operation }) => ({
      ...operation,
      responses: {},
      ...(requestBody && { requestBody: { ...requestBody, content: withoutExamples(requestBody.content) } }),
    })),
  );
  const reached = schemasIn([requests, parameters]);
  const schemas: Record<string, unknown> = {};
  for (const name of reached) {
    if (Object.hasOwn(schemas, name)) continue;
    schemas[name] = all[name];
    reached.push(...schemasIn(schemas[name]));
  }
  return { openapi, info, paths: requests, components: { parameters, schemas } };
}

function withoutExamples(content: Record<string, { schema?: object }>) {
  return mapValues(content, ({ schema }) => ({ schema }));
}

function schemasIn(value: unknown): string[] {
  return Array.from(JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g), ([, name]) => name ?? "");
}

function mapValues<T, U>(record: Record<string, T>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
