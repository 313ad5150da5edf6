import { NexusError } from "./nexus-error.ts";

/** The part of Standard Schema (version 1) that is used: most validation libraries offer it. */
export interface ResponseSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaVerdict | Promise<SchemaVerdict>;
  };
}

interface SchemaVerdict {
  readonly value?: unknown;
  readonly issues?: readonly { readonly path?: readonly unknown[] | undefined }[] | undefined;
}

/**
 * Checks an answer. Only where it does not fit is told, never what stood there.
 * @throws NexusError `validation`
 */
export async function checkAnswer(schema: ResponseSchema, data: unknown, requestId: string): Promise<void> {
  const { issues } = await schema["~standard"].validate(data);
  if (!issues) return;
  const [{ path = [] } = {}] = issues;
  const place = path.map((part) => `/${Object(part).key ?? String(part)}`).join("") || "/";
  const message = `The answer does not fit responseSchema at ${place}.`;
  throw new NexusError("validation", message, { status: 200, requestId });
}
