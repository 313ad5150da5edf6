import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect } from "vitest";
import { badInputs, type Case } from "../../helpers/bad-input.ts";
import { goodBody } from "../../helpers/site.ts";
import { JSON_TYPE } from "../../helpers/stub.ts";

const { testEach } = badInputs();

const text = JSON.stringify(goodBody);

/** Rows that differ in their Content-Type alone. */
function types(status: number, table: Record<string, string | string[]>): Case[] {
  return Object.entries(table).map(([name, type]) => ({ name, status, headers: { "Content-Type": type } }));
}

describe("types of the body", () => {
  testEach([
    { name: "C1 a body with no Content-Type", status: 415, headers: {} },
    { name: "C1 a chunked body with no Content-Type", status: 415, headers: { "Transfer-Encoding": "chunked" } },
    ...types(415, {
      "C1 an empty Content-Type": "",
      "C1 text/plain": "text/plain",
      "C1 a form": "application/x-www-form-urlencoded",
      "C1 multipart": "multipart/form-data; boundary=planted",
      "C1 any type": "*/*",
      "C1 application/*": "application/*",
      "C1 application/+json": "application/+json",
      "C1 application/jsonp": "application/jsonp",
      "C1 text/x+json": "text/x+json",
    }),
    {
      name: "C1 a real multipart body",
      status: 415,
      headers: { "Content-Type": "multipart/form-data; boundary=planted" },
      body: `--planted\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n${text}\r\n--planted--\r\n`,
    },
    ...types(200, {
      "C2 application/scim+json": "application/scim+json",
      "C2 application/json;odata.metadata=minimal": "application/json;odata.metadata=minimal",
      "C2 text/json": "text/json",
      "C2 a type in capitals": "APPLICATION/JSON",
      "C2 a charset of UTF-8": 'application/json; charset="UTF-8"',
      "C2 a parameter with a semicolon in quotes": 'application/json; profile="a;charset=utf-16"',
    }),
    { name: "C3 no body and no type", status: 400, headers: {}, body: null },
    { name: "C3 no body and no type, but a length of 0", status: 400, headers: { "Content-Length": "0" }, body: null },
    { name: "C3 no body and a good type", status: 400, body: null },
    {
      name: "C3 an empty chunked body",
      status: 400,
      headers: { ...JSON_TYPE, "Transfer-Encoding": "chunked" },
      body: "",
    },
  ]);
});

describe("charsets and broken types", () => {
  testEach([
    ...types(415, {
      "C4 charset utf-16": "application/json; charset=utf-16",
      "C4 charset utf-32": "application/json; charset=utf-32",
      "C4 charset iso-8859-1": "application/json; charset=iso-8859-1",
      "C4 a charset in quotes": 'application/json; charset="utf-16"',
      "C4 a charset in capitals": "application/json;CHARSET=UTF-16LE",
      "C4 a second charset": "application/json; charset=utf-8; charset=utf-16",
      "C4 an unknown charset": "application/json; charset=planted",
      "C5 application/json;;;=": "application/json;;;=",
      "C5 application/json;charset": "application/json;charset",
      "C5 application/json;charset=": "application/json;charset=",
      "C5 an open quote": 'application/json;charset="utf-8',
      "C5 two Content-Type headers": ["application/json", "text/plain"],
      "C5 two Content-Type headers that agree": ["application/json", "application/json"],
      "C5 two types in one header": "application/json, text/plain",
      "C5 a type of 10 kB": `application/json;planted=${"x".repeat(10_000)};=`,
    }),
    {
      name: "C4 a body in UTF-16 with a charset that says so",
      status: 415,
      headers: { "Content-Type": "application/json; charset=utf-16" },
      body: Buffer.from(`\ufeff${text}`, "utf16le"),
    },
    { name: "C4 a body in UTF-16 that says nothing", status: 400, body: Buffer.from(text, "utf16le"), places: [""] },
  ]);
});

describe("codings", () => {
  const codings: Record<string, Uint8Array> = {
    gzip: gzipSync(text),
    "x-gzip": gzipSync(text),
    deflate: deflateSync(text),
    br: brotliCompressSync(text),
    zstd: zstdCompressSync(text),
    "gzip, gzip": gzipSync(gzipSync(text)),
    planted: Buffer.from(text),
    identity: Buffer.from(text),
  };
  const bomb = gzipSync(Buffer.alloc(50 * 1_048_576, 0x20));
  const withCoding = (coding: string) => ({ ...JSON_TYPE, "Content-Encoding": coding });
  testEach([
    ...Object.entries(codings).map(([coding, body]) => {
      return { name: `C6 the coding ${coding}`, status: 415, headers: withCoding(coding), body };
    }),
    {
      name: "C6 a deflate without its header",
      status: 415,
      headers: withCoding("deflate"),
      body: deflateRawSync(text),
    },
    { name: "C6 a bomb of 50 MB", status: 415, headers: withCoding("gzip"), body: bomb },
    { name: "C6 a bomb in brotli", status: 415, headers: withCoding("br"), body: brotliCompressSync(bomb) },
    { name: "C6 gzip that does not say so", status: 400, body: gzipSync(text), places: [""] },
  ]);
});

/** Rows that differ in their Accept alone. */
function accepts(status: number, table: Record<string, string>, type?: string): Case[] {
  const after: Case["after"] = ({ headers }) => expect(headers["content-type"]).toEqual([type]);
  return Object.entries(table).map(([name, Accept]) => {
    return { name, status, headers: { ...JSON_TYPE, Accept }, ...(type !== undefined && { after }) };
  });
}

describe("types of the answer", () => {
  testEach([
    ...accepts(406, {
      "C7 Accept: text/xml": "text/xml",
      "C7 Accept: application/json;q=0": "application/json;q=0",
      "C7 Accept of neither type": "application/json;q=0, text/json;q=0, */*",
      "C7 Accept of problems alone": "application/problem+json",
      "C7 Accept: planted": "planted",
    }),
    ...accepts(200, { "C7 Accept: */*": "*/*", "C7 Accept: application/*": "application/*" }, "application/json"),
    ...accepts(200, { "C7 all but application/json": "*/*, application/json;q=0" }, "text/json; charset=utf-8"),
  ]);
});
