import type { RequestListener } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import pino from "pino";
import { describe, expect, test } from "vitest";
import { jwksFromUrl } from "../../../server/auth/jwks.ts";
import { ConfigurationError } from "../../../server/configuration-error.ts";
import { check } from "../../helpers/bad-input.ts";
import { keySet, openEndpoint, openJwksSite } from "./jwks-site.ts";
import { createSigner } from "./signers.ts";

const good = createSigner("k-good");
const text = JSON.stringify({ keys: [good.jwk] });

describe("the endpoint", () => {
  test("gets a request with `Accept-Encoding: identity`, without cookies or credentials", async () => {
    const received: object[] = [];
    const { status } = await openJwksSite((request, response) => {
      received.push(request.headers);
      response.end(text);
    });
    expect(await status(good)).toBe(200);
    const accept = "application/jwk-set+json, application/json";
    const others = { host: expect.stringMatching(/^127\.0\.0\.1:\d+$/), "user-agent": expect.stringMatching(/^jose/) };
    expect(received).toEqual([{ ...others, accept, "accept-encoding": "identity", connection: "close" }]);
  });

  const RESPONSES: Record<string, RequestListener> = {
    "is compressed with gzip": coded("gzip", gzipSync(text)),
    "is compressed with brotli": coded("br", brotliCompressSync(text)),
    "only claims to be compressed": coded("br", text),
    "is a 404 with the set": (_, response) => response.writeHead(404).end(text),
    "is a 503": (_, response) => response.writeHead(503).end(),
    "ends early": (_, response) => {
      response.writeHead(200, { "Content-Length": text.length + 1 });
      response.write(text, () => response.destroy());
    },
    "is 2 MiB large": (_, response) => response.end(text.padEnd(2_097_152)),
    "is empty": (_, response) => response.end(),
    "is HTML": (_, response) => response.end("<html>planted</html>"),
    "is JSON in Latin-1": (_, response) => response.end(Buffer.from('{"keys":[],"\u00e9":1}', "latin1")),
    "is null": (_, response) => response.end("null"),
    "is a list": (_, response) => response.end(JSON.stringify([good.jwk])),
    "has an object for keys": (_, response) => response.end(JSON.stringify({ keys: { 0: good.jwk } })),
    "has no keys": keySet(),
    "has only a private key": keySet({ ...good.privateKey.export({ format: "jwk" }), kid: "k-good" }),
    "has only a symmetric key": keySet({ kty: "oct", k: "AAAA", kid: "k-good", alg: "HS256" }),
    "has only a key for encryption": keySet({ ...good.jwk, use: "enc" }),
    "has only a key without a kid": keySet({ ...good.jwk, kid: undefined }),
    "has only members that are not keys": keySet(null, "planted", 1, []),
  };
  for (const [name, listener] of Object.entries(RESPONSES)) {
    test(`causes a 503 if its response ${name}`, async () => {
      const { site, warnings, credentials } = await openJwksSite(listener);
      await check(site, { name, status: 503, credentials: credentials(good) });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).not.toContain("planted");
    });
  }

  test("can't redirect the fetch to another URL", async () => {
    const target = await openEndpoint(keySet(good.jwk));
    const { status } = await openJwksSite((_, response) => response.writeHead(302, { Location: target.url }).end());

    expect(await status(good)).toBe(503);
    expect(target.requests).toBe(0);
  });

  const HANGING: Record<string, RequestListener> = {
    "hangs before the response": () => {},
    "hangs within the headers": ({ socket }) => void socket.write("HTTP/1.1 200 OK\r\nX-Slow: "),
    "hangs within the body": (_, response) => void response.writeHead(200, { "Content-Length": 1_000 }).write(text),
    "sends byte by byte": (_, response) => {
      const drip = setInterval(() => response.write(" "), 10);
      response.once("close", () => clearInterval(drip));
    },
  };
  for (const [name, listener] of Object.entries(HANGING)) {
    test(`causes a 503 at the time limit if it ${name}`, async () => {
      const { site, warnings, credentials } = await openJwksSite(listener, { timeoutMs: 100 });
      await check(site, { name, status: 503, credentials: credentials(good) });
      expect(warnings[0]).toContain("aborted due to timeout");
    });
  }
});

describe("a set with one good key", () => {
  const weak = createSigner("k-weak", "rsa-1024");
  const leaked = createSigner("k-leaked");
  const [first, second, third] = [createSigner("k-twice"), createSigner("k-twice"), createSigner("k-twice", "rsa")];
  const leakedJwk = { ...leaked.privateKey.export({ format: "jwk" }), kid: "k-leaked" };

  test("is used without its weak, private, symmetric and repeated keys", async () => {
    const symmetric = { kty: "oct", k: "AAAA", kid: "k-oct", alg: "HS256" };
    const all = [null, symmetric, leakedJwk, weak.jwk, first.jwk, second.jwk, third.jwk, good.jwk];
    const { status, site, credentials } = await openJwksSite(keySet(...all));

    expect(await status(good)).toBe(200);
    for (const signer of [weak, leaked, first, second, third]) {
      await check(site, { name: signer.kid, status: 401, credentials: credentials(signer) });
    }
  });
});

describe("a key set URL", () => {
  const log = pino({ level: "silent" });
  const refused = [
    ...["http://login.example/jwks.json", "http://127.0.0.1.example/", "http://[::ffff:127.0.0.1]/"],
    ...[
      "http://10.0.0.1/",
      "ftp://127.0.0.1/planted",
      "file:///planted.json",
      "data:application/json,{}",
      "planted",
      "",
    ],
    ...["https://user:planted@login.example/", "http://planted@localhost/"],
  ];
  test.each(refused)("such as '%s' is refused, and the error does not repeat it", (url) => {
    expect(() => jwksFromUrl(url, { log })).toThrow(ConfigurationError);
    expect(() => jwksFromUrl(url, { log })).not.toThrow(/planted/);
  });

  const accepted = [
    "https://login.example/jwks.json?key=1",
    "http://localhost:1/",
    "http://127.9.9.9/",
    "http://[::1]/",
  ];
  test.each(accepted)("such as '%s' is accepted", (url) => {
    expect(() => jwksFromUrl(url, { log })).not.toThrow();
  });
});

function coded(coding: string, body: string | Buffer): RequestListener {
  return (_, response) => response.writeHead(200, { "Content-Encoding": coding }).end(body);
}
