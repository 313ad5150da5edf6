import { NexusError } from "./nexus-error.ts";

/** The part of Standard Schema (version 1) that is used; most validation libraries implement it. */
export interface ResponseSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

interface SchemaResult {
  readonly value?: unknown;
  readonly issues?: readonly { readonly path?: readonly unknown[] | undefined }[] | undefined;
}

/**
 * Checks a result. The error names the first invalid member, never its value.
 * @throws NexusError `validation`
 */
export async function checkResponse(
  schema: ResponseSchema,
  data: unknown,
  details: { status: number; requestId: string },
): Promise<void> {
  const { issues } = await schema["~standard"].validate(data);
  if (!issues) return;
  const [{ path = [] } = {}] = issues;
  const pointer = path.map((part) => `/${Object(part).key ?? String(part)}`).join("") || "/";
  throw new NexusError("validation", `The response does not match responseSchema at ${pointer}.`, details);
}
