import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import signIns from "../demo-sign-ins.json" with { type: "json" };

export interface DemoSignIn {
  userId: string;
  /** What this user shows, in a few words, for the list that is printed at start. */
  shows: string;
  /** Names of the roles to be expected; null where the sign-in does not count. */
  roles: string[] | null;
  request: SyncUserIdentityRequest;
}

/** One realistic sign-in for each user of demo-directory.json. */
export const DEMO_SIGN_INS: readonly DemoSignIn[] = signIns;
