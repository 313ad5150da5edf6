import { createServer, type RequestListener } from "node:http";
import { fileURLToPath } from "node:url";
import express, { type RequestHandler } from "express";
import { middleware } from "express-openapi-validator";
import { OPERATIONS } from "../../generated/operations.ts";
import { usualAnswer } from "./usual-sign-in.ts";

const CONTRACT = fileURLToPath(new URL("../../openapi.yaml", import.meta.url));
const { path: PATH } = OPERATIONS.SyncUserIdentity;
const ROUTE = PATH.replaceAll(/\{(\w+)\}/g, ":$1");

/** One answer for everybody, as many bytes as ours. */
const ANSWER = usualAnswer(0);
const HEADERS = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(ANSWER) };

/** The least that can stand in our place. Each reads and parses the body, and sends the canned answer in one write. */
const BASELINES: Record<string, () => RequestListener> = { node: bareNode, express: bareExpress, validator };

function bareNode(): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      JSON.parse(Buffer.concat(chunks).toString());
      response.writeHead(200, HEADERS).end(ANSWER);
    });
  };
}

const sendAnswer: RequestHandler = (_request, response) => {
  response.writeHead(200, HEADERS).end(ANSWER);
};

function bareExpress(): RequestListener {
  const app = express();
  app.put(ROUTE, express.json(), sendAnswer);
  return app;
}

/** As its own documentation sets it up: requests and the presence of credentials are checked, answers are not. */
function validator(): RequestListener {
  const app = express();
  app.use(express.json());
  app.use(middleware({ apiSpec: CONTRACT, validateRequests: true }));
  app.put(ROUTE, sendAnswer);
  return app;
}

if (import.meta.main) {
  const [name = "", port = "0"] = process.argv.slice(2);
  createServer(BASELINES[name]?.()).listen(Number(port), "127.0.0.1");
}
