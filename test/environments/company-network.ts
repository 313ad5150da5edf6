import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";
import { startStubWithClient } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type Environments, explainSkip, scenarioFor } from "./environment.ts";

/** A name that only the proxy resolves. */
export const HOST = "nexus.internal";

/**
 * A contract server behind TLS, with a certificate of a private CA for HOST and localhost, and a proxy that reaches it;
 * closed at the end of the test. Without the program openssl, skips the test.
 */
export async function startCompanyNetwork(environments: Environments, skip: (note: string) => never) {
  const { server } = await startStubWithClient();
  const folder = temporaryFolder();
  if (!makeCertificates(folder)) explainSkip(skip, "the program openssl is not installed");
  const [key, cert] = ["server.key", "server.pem"].map((file) => readFileSync(join(folder, file)));
  let connections = 0;
  const forward = (socket: Socket, port: number) => {
    const upstream = connect(port, "127.0.0.1");
    for (const end of [socket, upstream]) end.on("error", () => {});
    socket.pipe(upstream).pipe(socket);
  };
  const tls = createTlsServer({ key, cert }, (socket) => {
    connections += 1;
    forward(socket, Number(new URL(server.url).port));
  });
  tls.on("tlsClientError", () => {});
  const port = await listen(tls);
  const tunnels: string[] = [];
  const proxy = createServer((_, response) => response.writeHead(405).end()).on("connect", (request, socket) => {
    tunnels.push(String(request.url));
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    forward(socket as Socket, port);
  });
  const url = `http://127.0.0.1:${await listen(proxy)}`;
  const ca = environments.pathOf("company-ca.pem");
  copyFileSync(join(folder, "company-ca.pem"), ca);
  const scenario = scenarioFor(server);
  return {
    proxy: { HTTP_PROXY: url, HTTPS_PROXY: url },
    port,
    /** The certificate of the CA, a PEM file, also in the folder of the programs. */
    ca,
    /** Host and port of each CONNECT request. */
    tunnels,
    connections: () => connections,
    /** What a program sees that calls the server by this name. */
    async seenBy(command: readonly string[], host: string, env: Readonly<Record<string, string>>): Promise<unknown> {
      const ENVIRONMENT = JSON.stringify({ ...JSON.parse(scenario.ENVIRONMENT), url: `https://${host}:${port}` });
      return JSON.parse(await environments.run(command, { ENVIRONMENT, ...env }));
    },
  };
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}

/** False without openssl. Not one self-signed certificate: Deno does not accept that of a CA from a server. */
function makeCertificates(cwd: string): boolean {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const make = (...args: string[]) => spawnSync("openssl", ["req", "-x509", ...key, ...args], { cwd }).status === 0;
  const names = `subjectAltName=DNS:${HOST},DNS:localhost`;
  return (
    make("-subj", "/CN=Company CA", "-keyout", "ca.key", "-out", "company-ca.pem") &&
    make(
      ...["-subj", `/CN=${HOST}`, "-addext", names, "-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-CA", "company-ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem"],
    )
  );
}
