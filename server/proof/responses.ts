import type { DeclaredResponse, Operation } from "../contract/operations.ts";
import type { HandlerResponse } from "../http/respond.ts";

/** The responses of an operation with each of the contract's examples as its body. */
export function exampleResponses({ responses }: Operation): HandlerResponse[] {
  return Object.entries(responses).flatMap(([key, declared]) => {
    const status = statusOf(key, Object.keys(responses));
    if (status === undefined) return [];
    return bodiesOf(declared).map((body) => ({ status, headers: headersOf(declared), ...body }));
  });
}

/** A status that this key stands for and no more precise one; undefined for 1xx, which end no request. */
function statusOf(key: string, keys: readonly string[]): number | undefined {
  if (/^\d{3}$/.test(key)) return Number(key) >= 200 ? Number(key) : undefined;
  const isFree = (status: number) => !keys.includes(String(status));
  const range = (first: number) => Array.from({ length: 100 }, (_, index) => first * 100 + 99 - index).find(isFree);
  if (key !== "default") return Number(key[0]) >= 2 ? range(Number(key[0])) : undefined;
  const first = [5, 4, 2, 3].find((one) => !keys.includes(`${one}XX`));
  return first === undefined ? undefined : range(first);
}

function bodiesOf({ mediaTypes, examplesByType }: DeclaredResponse): Pick<HandlerResponse, "mediaType" | "body">[] {
  if (mediaTypes.length === 0) return [{}];
  return mediaTypes.flatMap((mediaType) =>
    Object.values(examplesByType[mediaType] ?? {})
      .filter((body) => body !== undefined)
      .map((body) => ({ mediaType, body })),
  );
}

function headersOf({ headers }: DeclaredResponse): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, { example }]) => (example === undefined ? [] : [[name, example]])),
  );
}
