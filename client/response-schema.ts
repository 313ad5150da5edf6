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
 * @throws NexusError `validation`, also if the schema fails, because the operation was done.
 */
export async function checkResponse(
  schema: ResponseSchema,
  { data, status, requestId }: { data: unknown; status: number; requestId: string },
): Promise<void> {
  const error = (message: string, cause?: unknown) =>
    new NexusError("validation", message, { status, requestId, cause });
  let issues: SchemaResult["issues"];
  try {
    ({ issues } = await schema["~standard"].validate(data));
  } catch (cause) {
    throw error("responseSchema failed.", cause);
  }
  if (!issues) return;
  const [{ path = [] } = {}] = issues;
  const pointer = path.map((part) => `/${Object(part).key ?? String(part)}`).join("") || "/";
  throw error(`The response does not match responseSchema at ${pointer}.`);
}
