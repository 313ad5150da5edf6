import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import type { ShedReason } from "./load-shedding.ts";
import { plainRequestIn } from "./plain-request.ts";

/** Who decides what is refused, and says how. */
export interface EarlyRefusal {
  /** Why a request that has just arrived is too much; undefined: it is not. */
  reason(): ShedReason | undefined;
  isExempt(path: string): boolean;
  /** The whole answer as it is written, for a request with this id or none; called once for each refusal. */
  answer(reason: ShedReason, requestId: string | undefined): string;
}

/** What is known of one connection. */
interface Line {
  /** Bytes of the current request that are still to come; 0 between two requests, below it or NaN where nobody can tell. */
  left: number;
  /** Requests whose answer has not ended. */
  pending: number;
  /** The request that began with the bytes that the parser has just been handed. */
  begun?: IncomingMessage | undefined;
}

type Parse = (bytes: Buffer) => void;

/**
 * Refuses requests before Node makes objects of them: at several times of what it can do, a server has a tenth of a
 * sync's time for a refusal, and Node's HTTP alone takes three tenths. Only a plain request that arrived in one piece,
 * on a connection where nothing else is under way, is answered here; everything else goes its usual way.
 *
 * It stands in front of the listener by which `http.Server` feeds its parser.
 */
export function refuseEarly(server: Server, refusal: () => EarlyRefusal | undefined): { watch: RequestListener } {
  const lines = new WeakMap<Socket, Line>();
  server.on("connection", (socket: Socket) => {
    const [parse, ...others] = socket.listeners("data") as Parse[];
    // A Node that feeds its parser in another way refuses nothing early.
    if (!parse || others.length > 0) return;
    const line: Line = { left: 0, pending: 0 };
    lines.set(socket, line);
    socket.off("data", parse);
    socket.on("data", (bytes: Buffer) => {
      if (isIdle(line) && isRefused(bytes, socket, refusal())) return;
      hand(line, bytes, parse);
    });
  });
  return {
    /** To be told of each request before it is answered. */
    watch(request, response) {
      const line = lines.get(request.socket);
      if (!line) return;
      line.begun = request;
      line.pending += 1;
      response.once("close", () => {
        line.pending -= 1;
      });
    },
  };
}

function isIdle({ left, pending }: Line): boolean {
  return left === 0 && pending === 0;
}

function isRefused(bytes: Buffer, socket: Socket, refusal: EarlyRefusal | undefined): boolean {
  const reason = refusal?.reason();
  if (!refusal || reason === undefined) return false;
  const request = plainRequestIn(bytes);
  if (!request || refusal.isExempt(request.path)) return false;
  socket.write(refusal.answer(reason, request.requestId), "latin1");
  return true;
}

/** Follows where requests end, by what the parser made of them; once that is uncertain, it stays so. */
function hand(line: Line, bytes: Buffer, parse: Parse): void {
  const wasIdle = isIdle(line);
  line.begun = undefined;
  parse(bytes);
  // More than the request, or another one behind one that is not answered yet, leads below 0, and stays there.
  line.left = (wasIdle ? sizeOf(line.begun, bytes) : line.left) - bytes.length;
}

/** Bytes of the whole request that begins with these; NaN where only the parser knows. */
function sizeOf(request: IncomingMessage | undefined, bytes: Buffer): number {
  const end = bytes.indexOf("\r\n\r\n");
  if (!request || end < 0 || request.headers["transfer-encoding"] !== undefined) return Number.NaN;
  return end + 4 + Number(request.headers["content-length"] ?? 0);
}
