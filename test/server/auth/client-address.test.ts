import type { Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { clientAddress, type TrustedProxies } from "../../../server/auth/client-address.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { ACCESS, basic, NOW } from "../../helpers/access.ts";
import { type Call, send } from "../../helpers/server-fixture.ts";
import { acme, JSON_TYPE } from "../../helpers/stub.ts";

const SOCKET = "10.0.0.1";
const FOR = (value: string) => ({ "x-forwarded-for": value });
const FORWARDED = (value: string) => ({ forwarded: value });

test.for<[name: string, proxies: TrustedProxies | undefined, headers: Record<string, string>, address: string]>([
  ["no trusted proxy", undefined, { ...FOR("192.0.2.1"), ...FORWARDED("for=192.0.2.1") }, SOCKET],
  ["one proxy and no header", 1, {}, SOCKET],
  ["one proxy", 1, FOR("192.0.2.9, 192.0.2.1"), "192.0.2.1"],
  ["two proxies", 2, FOR("192.0.2.9,192.0.2.1 , 10.0.0.2"), "192.0.2.1"],
  ["more proxies than addresses", 3, FOR("192.0.2.1, 10.0.0.2"), "192.0.2.1"],
  ["a network", ["10.0.0.0/8"], FOR("192.0.2.9, 192.0.2.1, 10.9.9.9"), "192.0.2.1"],
  ["an address", [SOCKET], FOR("192.0.2.1, 10.0.0.2"), "10.0.0.2"],
  ["a network without the socket", ["172.16.0.0/12"], FOR("192.0.2.1"), SOCKET],
  ["a network that contains every address", ["0.0.0.0/0"], FOR("192.0.2.1, 10.0.0.2"), "192.0.2.1"],
  ["an IPv6 network", ["10.0.0.0/8", "fd00::/8"], FOR("2001:db8::1, fd00::2"), "2001:db8::1"],
  ["empty elements", 1, FOR("192.0.2.1,, ,"), "192.0.2.1"],
  ["ports", 2, FOR("192.0.2.1:4711, [fd00::1]:80"), "192.0.2.1"],
  ["an IPv6 address with a port", 1, FOR("[2001:db8::1]:80"), "2001:db8::1"],
  ["text that is no address", ["10.0.0.0/8"], FOR("10.0.0.3, unknown, 10.0.0.2"), "unknown"],
  ["Forwarded", 1, FORWARDED('for=192.0.2.9, By=10.0.0.1;FOR="192.0.2.1:80" ; proto=https'), "192.0.2.1"],
  ["Forwarded with an IPv6 address", 1, FORWARDED('for="[2001:db8::1]:4711"'), "2001:db8::1"],
  ["Forwarded with a hidden client", 1, FORWARDED("for=192.0.2.9, for=_hidden"), "_hidden"],
  ["Forwarded without for", 1, FORWARDED("for=192.0.2.9, proto=https"), "unknown"],
  ["Forwarded with a comma in quotes", 2, FORWARDED('for=192.0.2.1;host="a,b", for=10.0.0.2'), "192.0.2.1"],
  ["Forwarded with a for in quotes", 1, FORWARDED('host="x;for=192.0.2.9";for=192.0.2.1'), "192.0.2.1"],
  ["Forwarded with an open quote", 1, FORWARDED('for="192.0.2.9, for=192.0.2.1'), SOCKET],
  ["both headers alike", 1, { ...FOR("192.0.2.1"), ...FORWARDED("for=192.0.2.1") }, "192.0.2.1"],
  ["both headers, one of them forged", 1, { ...FOR("192.0.2.1"), ...FORWARDED("for=192.0.2.9") }, SOCKET],
])("the client of a request with %s is found", ([, proxies, headers, address]) => {
  const socket = { remoteAddress: SOCKET } as Socket;
  expect(clientAddress(proxies)({ headers, socket })).toBe(address);
});

test("a network contains an IPv4 address that the socket has in IPv6 notation", () => {
  const socket = { remoteAddress: "::ffff:10.0.0.1" } as Socket;
  expect(clientAddress(["10.0.0.0/8"])({ headers: FOR("192.0.2.1"), socket })).toBe("192.0.2.1");
});

test("16 kB of open quotes are read in less than 50 ms", () => {
  const socket = { remoteAddress: SOCKET } as Socket;
  for (const text of ['"\\"'.repeat(5_000), `${'"a"'.repeat(5_000)}"`, "for=a;".repeat(2_700), ",".repeat(16_000)]) {
    const start = process.cpuUsage();
    clientAddress(1)({ headers: FORWARDED(text), socket });
    expect(process.cpuUsage(start).user).toBeLessThan(50_000);
  }
});

const client = (address: string, secret?: string): Call => ({
  credentials: { Authorization: basic("key-limited", secret) },
  headers: { ...JSON_TYPE, "X-Forwarded-For": `198.51.100.7, ${address}` },
});

async function startBehindProxy(trustProxy?: TrustedProxies) {
  const server = await startStub({ directory: acme(), access: ACCESS, clock: () => NOW, trustProxy });
  onTestFinished(() => server.close());
  const status = async (call: Call) => (await send(server, call)).status;
  for (let count = 1; count <= 10; count += 1) expect(await status(client("192.0.2.1", `planted-${count}`))).toBe(401);
  return status;
}

test("wrong secrets of one client behind a proxy do not limit another client, and no right secret is limited", async () => {
  const status = await startBehindProxy(["127.0.0.0/8"]);
  expect(await status(client("192.0.2.1", "planted"))).toBe(429);
  expect(await status(client("192.0.2.2", "planted"))).toBe(401);
  expect(await status(client("192.0.2.1"))).toBe(200);
});

test("without a trusted proxy, forged addresses do not avoid the limit, and the right secret is accepted", async () => {
  const status = await startBehindProxy();
  expect(await status(client("192.0.2.2", "planted"))).toBe(429);
  expect(await status(client("192.0.2.2"))).toBe(200);
});
