import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import express from "express";
import { middleware } from "express-openapi-validator";
import { usualResponse } from "./sign-ins.ts";

const CONTRACT = fileURLToPath(new URL("../../openapi.yaml", import.meta.url));
const ROUTE = "/v1/users/:userId/$sync";
const BODY = usualResponse();
const HEADERS = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(BODY) };

/** Servers that read and parse the body and send a canned response, to compare ours with. */
const BASELINES: Record<string, () => RequestListener> = {
  node: () => (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      JSON.parse(Buffer.concat(chunks).toString());
      sendCanned(request, response);
    });
  },
  express: () => express().put(ROUTE, express.json(), sendCanned),
  // As in the validator's documentation: it checks requests and that credentials are present, but no responses.
  validator: () => {
    const validate = middleware({ apiSpec: CONTRACT, validateRequests: true });
    return express()
      .use(express.json(), ...validate)
      .put(ROUTE, sendCanned);
  },
};

function sendCanned(_request: unknown, response: ServerResponse): void {
  response.writeHead(200, HEADERS).end(BODY);
}

if (import.meta.main) {
  const [name = "", port] = process.argv.slice(2);
  createServer(BASELINES[name]?.()).listen(Number(port), "127.0.0.1");
}
