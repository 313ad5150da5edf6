import createClient from "openapi-fetch";
import { ROUTES, type SyncUserIdentityRequest } from "../generated/operations.ts";
import type { paths } from "../generated/types.ts";
import type { GoodAnswer } from "./attempt.ts";
import { NexusError } from "./nexus-error.ts";

/** What openapi-fetch makes of a call, in place of the runtime's Request, which would cost a tenth of the whole call. */
class Prepared {
  readonly url: string;
  readonly body: string;

  constructor(url: string, { body }: { body: string }) {
    this.url = url;
    this.body = body;
  }
}

/** What openapi-fetch is told in place of the answer. */
const NOTHING = new Response(null, { status: 204 });

type Deliver<T> = (url: string, body: string) => Promise<T>;

/**
 * The only use of openapi-fetch (no releases since 2026-09): typed paths, their encoding, and a fetch that is decorated.
 * What it makes of the answer is not used; `deliver` is what sends, and what reads.
 */
export function createCaller(baseUrl: string) {
  const api = createClient<paths>({ baseUrl, Request: Prepared as unknown as typeof Request });
  return async <T extends GoodAnswer>(
    userId: string,
    body: SyncUserIdentityRequest,
    deliver: Deliver<T>,
  ): Promise<T> => {
    const delivered: T[] = [];
    const decorated = async (request: Request): Promise<Response> => {
      const { url, body: text } = request as unknown as Prepared;
      delivered.push(await deliver(url, text));
      return NOTHING;
    };
    await api.PUT(ROUTES.SyncUserIdentity.path, { params: { path: { userId } }, body, fetch: decorated });
    const [answer] = delivered;
    if (!answer) throw new NexusError("config", "The request can't be written as JSON.");
    return answer;
  };
}
