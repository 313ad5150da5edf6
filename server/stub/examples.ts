import type { Operation } from "../contract/operations.ts";

export interface ContractExample {
  name: string;
  status: number;
  mediaType: string;
  /** The headers the contract declares for the status, with its example values. */
  headers: Readonly<Record<string, string>>;
  body: unknown;
}

/** Every named example of the operation's responses, in the order of the contract. */
export function examplesOf({ responses }: Operation): ContractExample[] {
  return Object.entries(responses).flatMap(
    ([
      status,
      {
        mediaTypes: [mediaType = ""],
        headers,
        examples,
      },
    ]) => {
      const values = Object.entries(headers).flatMap(([name, { example }]) =>
        example === undefined ? [] : [[name, example] as const],
      );
      const shared = { status: Number(status), mediaType, headers: Object.fromEntries(values) };
      return Object.entries(examples).map(([name, body]) => ({ ...shared, name, body }));
    },
  );
}
