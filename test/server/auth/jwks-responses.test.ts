import type { RequestListener } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import pino from "pino";
import { describe, expect, test, vi } from "vitest";
import { jwksFromUrl } from "../../../server/auth/jwks.ts";
import { JwksRefused } from "../../../server/auth/key-set.ts";
import { check } from "../../helpers/bad-input.ts";
import { keySet, openEndpoint, openJwksSite, outage } from "./jwks-site.ts";
import { createSigner } from "./signers.ts";

const good = createSigner("k-good");
const text = JSON.stringify({ keys: [good.jwk] });

describe("the endpoint", () => {
  test("is asked for a plain answer, without cookies or credentials", async () => {
    const asked: object[] = [];
    const { status } = await openJwksSite((request, response) => {
      asked.push(request.headers);
      response.end(text);
    });

    expect(await status(good)).toBe(200);

    const accept = "application/jwk-set+json, application/json";
    const host = expect.stringMatching(/^127\.0\.0\.1:\d+$/);
    expect(asked).toEqual([{ host, accept, "accept-encoding": "identity", connection: "close" }]);
  });

  const ANSWERS: Record<string, RequestListener> = {
    "is compressed with gzip": coded("gzip", gzipSync(text)),
    "is compressed with brotli": coded("br", brotliCompressSync(text)),
    "only claims to be compressed": coded("br", text),
    "is a 404 with the set": (_, response) => response.writeHead(404).end(text),
    "is a 503": (_, response) => response.writeHead(503).end(),
    "breaks off": (_, response) => {
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
    "has only an RSA key of 1024 bits": keySet(createSigner("k-good", "rsa-1024").jwk),
    "has only a key for encryption": keySet({ ...good.jwk, use: "enc" }),
    "has only a key that may not verify": keySet({ ...good.jwk, key_ops: ["sign"] }),
    "has only a key of another algorithm": keySet({ ...good.jwk, alg: "ES384" }),
    "has only a key without a kid": keySet({ ...good.jwk, kid: undefined }),
    "has only a broken key": keySet({ ...good.jwk, x: "AAAA" }),
    "has only what is no key": keySet(null, "planted", 1, []),
  };
  for (const [name, answer] of Object.entries(ANSWERS)) {
    test(`whose answer ${name} gives no key: 503`, async () => {
      const { site, warnings, credentials } = await openJwksSite(answer);
      await check(site, { name, status: 503, credentials: credentials(good) });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).not.toContain("planted");
    });
  }

  test("that redirects is not followed", async () => {
    const target = await openEndpoint(keySet(good.jwk));
    const { status } = await openJwksSite((_, response) => response.writeHead(302, { Location: target.url }).end());

    expect(await status(good)).toBe(503);
    expect(target.requests).toBe(0);
  });

  const HANGING: Record<string, RequestListener> = {
    "before its answer": () => {},
    "within its headers": ({ socket }) => void socket.write("HTTP/1.1 200 OK\r\nX-Slow: "),
    "within its body": (_, response) => void response.writeHead(200, { "Content-Length": 1_000 }).write(text),
    "byte by byte": (_, response) => {
      const drip = setInterval(() => response.write(" "), 10);
      response.once("close", () => clearInterval(drip));
    },
  };
  for (const [where, answer] of Object.entries(HANGING)) {
    test(`that hangs ${where} is given up`, async () => {
      const { site, warnings, credentials } = await openJwksSite(answer, { timeoutMs: 100 });
      await check(site, { name: where, status: 503, credentials: credentials(good) });
      expect(warnings[0]).toContain("it did not arrive within 100 ms");
    });
  }

  test("that hangs in an outage holds nobody up whose key is cached", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(good.jwk));
    expect(await status(good)).toBe(200);
    endpoint.answer = outage;
    at(600);
    expect(await status(good)).toBe(200);

    let isGivenUp = false;
    endpoint.answer = ({ socket }) => {
      socket.once("close", () => {
        isGivenUp = true;
      });
    };
    at(605);
    expect(await status(good)).toBe(200);

    await vi.waitFor(() => expect(endpoint.requests).toBe(3));
    expect(isGivenUp).toBe(false);
  });
});

describe("a set with other keys beside the good one", () => {
  const weak = createSigner("k-weak", "rsa-1024");
  const leaked = createSigner("k-leaked");
  const [first, second, third] = [createSigner("k-twice"), createSigner("k-twice"), createSigner("k-twice", "rsa")];
  const leakedJwk = { ...leaked.privateKey.export({ format: "jwk" }), kid: "k-leaked" };

  test("only the good one holds: not a weak, a private, a symmetric one or two of one id", async () => {
    const symmetric = { kty: "oct", k: "AAAA", kid: "k-oct", alg: "HS256" };
    const all = [null, symmetric, leakedJwk, weak.jwk, first.jwk, second.jwk, third.jwk, good.jwk];
    const { status, site, credentials } = await openJwksSite(keySet(...all));

    expect(await status(good)).toBe(200);
    for (const signer of [weak, leaked, first, second, third]) {
      await check(site, { name: signer.kid, status: 401, credentials: credentials(signer) });
    }
  });
});

describe("a URL", () => {
  const log = pino({ level: "silent" });
  const refused = [
    ...[
      "http://login.example/jwks.json",
      "http://127.0.0.1.example/",
      "http://[::ffff:127.0.0.1]/",
      "http://10.0.0.1/",
    ],
    ...["ftp://127.0.0.1/planted", "file:///planted.json", "data:application/json,{}", "planted", ""],
    ...["https://user:planted@login.example/", "http://planted@localhost/"],
  ];
  for (const url of refused) {
    test(`such as '${url}' is refused and not repeated`, () => {
      expect(() => jwksFromUrl(url, { log })).toThrow(JwksRefused);
      expect(() => jwksFromUrl(url, { log })).not.toThrow(/planted/);
    });
  }

  for (const url of [
    "https://login.example/jwks.json?key=1",
    "http://localhost:1/",
    "http://127.9.9.9/",
    "http://[::1]/",
  ]) {
    test(`such as '${url}' is taken`, () => {
      expect(() => jwksFromUrl(url, { log })).not.toThrow();
    });
  }
});

function coded(coding: string, body: string | Buffer): RequestListener {
  return (_, response) => response.writeHead(200, { "Content-Encoding": coding }).end(body);
}
