import { clientCost } from "../measure-client.ts";
import { generateTimes } from "../measure-generate.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** Milliseconds of `npm run generate`. */
export interface GenerateFigures {
  cold: Spread;
  unchanged: Spread;
  warm: Spread;
}

/** Microseconds of the caller's processor time a call. */
export interface ClientFigures {
  bare: Spread;
  client: Spread;
}

export async function generateFigures(): Promise<GenerateFigures> {
  const { cold, unchanged, warm } = await generateTimes();
  return { cold: spreadOf(cold), unchanged: spreadOf(unchanged), warm: spreadOf(warm) };
}

export async function clientFigures(): Promise<ClientFigures> {
  const { bare, client } = await clientCost();
  return { bare: spreadOf(bare), client: spreadOf(client) };
}
