import { type ContractDocument, type ExampleObject, type Reference, resolve } from "./document.ts";

interface WithExamples {
  example?: unknown;
  examples?: Record<string, ExampleObject | Reference>;
}

/** The values of the named examples, or of the single one, whose name is `example`. Values at a URL are left out. */
export function examplesIn(document: ContractDocument, { example, examples }: WithExamples): Record<string, unknown> {
  const named = Object.entries(examples ?? { example: { value: example } });
  const values = named.map(([name, one]) => [name, resolve<ExampleObject>(document, one).value] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
