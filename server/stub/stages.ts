import type { RequestHandler } from "express";
import type { SendAnswer } from "../http/send.ts";
import { misbehave, sendSpoilt } from "./faults.ts";
import { record } from "./record.ts";
import type { Sessions } from "./sessions.ts";

/** What a stub adds to the way in. */
export interface StubStages {
  /** Before anything can be refused: which session it is for, and its note in the journal. */
  record: RequestHandler;
  /** Before the operation: Prefer and faults. */
  misbehave: RequestHandler;
  send: SendAnswer;
}

export function stagesOf(sessions: Sessions): StubStages {
  return { record: record(sessions), misbehave: misbehave(), send: sendSpoilt };
}
