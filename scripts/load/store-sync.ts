import type { Store } from "../../server/store/store.ts";
import { userIdOf } from "./made-directory.ts";

/** A sync that changes the user, as the operation makes one; `turn` makes each store another value. */
export function changingSync(store: Store, index: number, turn: number): Promise<boolean> {
  const key = { userId: userIdOf(index), connectionId: "con_acme-ad", groups: ["group-1"] };
  return store.sync(key, (found) =>
    found ? { user: { ...found.user, nickname: `turn ${turn}` }, result: true } : { result: false },
  );
}
