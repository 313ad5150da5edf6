import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect } from "vitest";
import { badInputs, type Case } from "../../helpers/bad-input.ts";
import { goodBody } from "../../helpers/server-fixture.ts";
import { JSON_TYPE } from "../../helpers/stub.ts";

const { testEach } = badInputs();
const text = JSON.stringify(goodBody);

/** Cases that differ in their Content-Type; a list is sent as several headers. */
function types(status: number, list: readonly (string | string[])[]): Case[] {
  return list.map((type) => {
    const name = `Content-Type '${[type].flat().join("' and '")}'`.slice(0, 80);
    return { name, status, headers: { "Content-Type": type } };
  });
}

describe("Content-Type", () => {
  const multipart = "multipart/form-data; boundary=planted";
  const form = `--planted\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n${text}\r\n--planted--\r\n`;
  const utf16 = "application/json; charset=utf-16";
  testEach([
    ...types(415, ["", "text/plain", "application/x-www-form-urlencoded", multipart, "*/*", "application/*"]),
    ...types(415, ["application/+json", "application/jsonp", "text/x+json"]),
    ...types(200, [
      "application/scim+json",
      "application/json;odata.metadata=minimal",
      "text/json",
      "APPLICATION/JSON",
    ]),
    ...types(200, ['application/json; charset="UTF-8"', 'application/json; profile="a;charset=utf-16"']),
    ...types(415, [utf16, "application/json; charset=utf-32", "application/json; charset=iso-8859-1"]),
    ...types(415, ['application/json; charset="utf-16"', "application/json;CHARSET=UTF-16LE"]),
    ...types(415, ["application/json; charset=utf-8; charset=utf-16", "application/json; charset=planted"]),
    ...types(415, ["application/json;;;=", "application/json;charset", "application/json;charset="]),
    ...types(415, ['application/json;charset="utf-8', "application/json, text/plain"]),
    ...types(415, [`application/json;planted=${"x".repeat(10_000)};=`]),
    ...types(415, [
      ["application/json", "text/plain"],
      ["application/json", "application/json"],
    ]),
    { name: "a body without Content-Type", status: 415, headers: {} },
    { name: "a chunked body without Content-Type", status: 415, headers: { "Transfer-Encoding": "chunked" } },
    { name: "a multipart body", status: 415, headers: { "Content-Type": multipart }, body: form },
    ...[
      { name: "a UTF-16 body that declares its charset", status: 415, headers: { "Content-Type": utf16 } },
      { name: "a UTF-16 body without a charset", status: 400, places: [""] },
    ].map((row) => ({ ...row, body: Buffer.from(text, "utf16le") })),
    { name: "a request without body and type", status: 400, headers: {}, body: null },
    { name: "a request with a length of 0 and no type", status: 400, headers: { "Content-Length": "0" }, body: null },
    { name: "a request without body", status: 400, body: null },
    {
      ...{ name: "an empty chunked body", status: 400, body: "" },
      headers: { ...JSON_TYPE, "Transfer-Encoding": "chunked" },
    },
  ]);
});

describe("Content-Encoding", () => {
  const bomb = gzipSync(Buffer.alloc(50 * 1_048_576, 0x20));
  const bodies: [name: string, coding: string, body: Uint8Array][] = [
    ["gzip", "gzip", gzipSync(text)],
    ["x-gzip", "x-gzip", gzipSync(text)],
    ["deflate", "deflate", deflateSync(text)],
    ["deflate without its header", "deflate", deflateRawSync(text)],
    ["br", "br", brotliCompressSync(text)],
    ["zstd", "zstd", zstdCompressSync(text)],
    ["gzip twice", "gzip, gzip", gzipSync(gzipSync(text))],
    ["an unknown coding", "planted", Buffer.from(text)],
    ["identity", "identity", Buffer.from(text)],
    ["a gzip bomb of 50 MB", "gzip", bomb],
    ["a gzip bomb in brotli", "br", brotliCompressSync(bomb)],
  ];
  testEach([
    ...bodies.map(([name, coding, body]) => ({
      ...{ name, status: 415, body },
      headers: { ...JSON_TYPE, "Content-Encoding": coding },
    })),
    { name: "gzip without Content-Encoding", status: 400, body: gzipSync(text), places: [""] },
  ]);
});

describe("Accept", () => {
  const json = "application/json";
  const textJson = "text/json; charset=utf-8";
  const accepted: [accept: string, type: string][] = [
    ["*/*", json],
    ["application/json", json],
    ["application/*", json],
    ["text/json", textJson],
    ["TEXT/JSON", textJson],
    ["text/*", textJson],
    ["text/json, application/json", textJson],
    ["application/json, text/json", json],
    ["application/json;q=0.5, text/json", textJson],
    ["application/json;q=0.5, text/json;q=0.4", json],
    ["text/json;q=0.5, */*;q=0.4", textJson],
    ["*/*, application/json;q=0", textJson],
    ["text/html, application/xhtml+xml, */*;q=0.8", json],
  ];
  const rejected = ["text/xml", "application/json;q=0", "application/problem+json", "planted"];
  testEach([
    ...accepted.map(
      ([Accept, type]): Case => ({
        ...{ name: `Accept '${Accept}'`, status: 200, headers: { ...JSON_TYPE, Accept } },
        after: ({ headers }) => expect(headers["content-type"]).toEqual([type]),
      }),
    ),
    { name: "no Accept", status: 200, after: ({ headers }) => expect(headers["content-type"]).toEqual([json]) },
    ...[...rejected, "application/json;q=0, text/json;q=0, */*"].map((Accept) => ({
      ...{ name: `Accept '${Accept}'`, status: 406, headers: { ...JSON_TYPE, Accept } },
    })),
    // Problems have their own media type.
    {
      name: "an invalid body with Accept 'text/json'",
      status: 400,
      headers: { ...JSON_TYPE, Accept: "text/json" },
      body: {},
    },
  ]);
});
