interface Contract {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema?: object }> } }>>;
  components: { schemas: Record<string, object>; parameters?: object };
}

/**
 * The contract without what only answers and readers need. The validator of requests bundles and walks everything it
 * is given, which for our many answer schemas is a third of the server's start.
 */
export function requestSide({ paths, components, ...rest }: Contract): object {
  const requests = mapValues(paths, (item) =>
    mapValues(item, ({ requestBody, ...operation }) => ({
      ...operation,
      responses: {},
      ...(requestBody && { requestBody: { ...requestBody, content: withoutExamples(requestBody.content) } }),
    })),
  );
  const { parameters = {} } = components;
  const reached = schemasIn([requests, parameters]);
  const schemas: Record<string, unknown> = {};
  for (const name of reached) {
    if (Object.hasOwn(schemas, name)) continue;
    schemas[name] = components.schemas[name];
    reached.push(...schemasIn(schemas[name]));
  }
  return { ...rest, paths: requests, components: { parameters, schemas } };
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
