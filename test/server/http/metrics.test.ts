import { expect, test } from "vitest";
import { put, startStubWithClient } from "../../helpers/stub.ts";

const linesOf = async (server: { url: string }) => (await (await fetch(`${server.url}/metrics`)).text()).split("\n");
const ofOperation = 'operation="SyncUserIdentity",method="PUT"';

test("/metrics counts requests by operation, method, status and problem, store time and violations", async () => {
  const [{ server }, { server: other }] = [await startStubWithClient(), await startStubWithClient()];
  await put(server);
  await put(server, { body: {} });
  await put(server, { headers: { Authorization: "Basic planted" } });
  const response = await fetch(`${server.url}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      `nexus_sync_requests_total{${ofOperation},status="200",problem=""} 1`,
      `nexus_sync_requests_total{${ofOperation},status="400",problem="invalid-request"} 1`,
      `nexus_sync_requests_total{${ofOperation},status="401",problem="unauthenticated"} 1`,
      `nexus_sync_request_duration_seconds_count{${ofOperation}} 3`,
      "nexus_sync_store_duration_seconds_count 1",
      'nexus_sync_contract_violations_total{side="request"} 3',
    ]),
  );
  expect(text).not.toMatch(/planted|u-ada/);
  // Another server in this process has its own metrics.
  expect(await linesOf(other)).toContain(`nexus_sync_requests_total{${ofOperation},status="200",problem=""} 0`);
});

test("all series are there before the first request", async () => {
  const { server } = await startStubWithClient();
  const lines = await linesOf(server);
  expect(lines).toEqual(
    expect.arrayContaining([
      `nexus_sync_requests_total{${ofOperation},status="200",problem=""} 0`,
      `nexus_sync_requests_total{${ofOperation},status="500",problem="internal-error"} 0`,
      `nexus_sync_requests_total{${ofOperation},status="503",problem="unavailable"} 0`,
      `nexus_sync_request_duration_seconds_count{${ofOperation}} 0`,
      "nexus_sync_store_duration_seconds_count 0",
      'nexus_sync_sheds_total{reason="in-flight"} 0',
      'nexus_sync_sheds_total{reason="delay"} 0',
      'nexus_sync_contract_violations_total{side="answer"} 0',
      "nexus_sync_log_lines_lost_total 0",
      `nexus_sync_build_info{version="1.0.0",node_version="${process.version}"} 1`,
    ]),
  );
});

test("probes and scrapes are counted apart from requests", async () => {
  const { server } = await startStubWithClient();
  for (const path of ["/livez", "/readyz", "/readyz"]) await fetch(server.url + path);
  await linesOf(server);
  const lines = await linesOf(server);
  expect(lines).toEqual(
    expect.arrayContaining([
      'nexus_sync_probes_total{path="/livez",status="200"} 1',
      'nexus_sync_probes_total{path="/readyz",status="200"} 2',
      'nexus_sync_probes_total{path="/metrics",status="200"} 1',
      "nexus_sync_requests_in_flight 0",
    ]),
  );
  const counts = lines.filter((line) => /^nexus_sync_(requests_total|request_duration_seconds_count)/.test(line));
  expect(counts.filter((line) => !line.endsWith(" 0"))).toEqual([]);
});

test("the event-loop delay is a histogram that scrapes do not reset, without the interval of its timer", async () => {
  const { server } = await startStubWithClient();
  const numberOf = async (name: string) =>
    Number(
      (await linesOf(server))
        .find((line) => line.startsWith(`nexus_sync_event_loop_delay_seconds_${name} `))
        ?.split(" ")[1],
    );
  // Shorter than the interval, which is 50 ms.
  await expect.poll(() => numberOf('bucket{le="0.025"}'), { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
  const count = await numberOf("count");
  expect(count).toBeGreaterThanOrEqual(2);
  expect(await numberOf("count")).toBeGreaterThanOrEqual(count);
});

test("/metrics has prom-client's metrics of the process, its heap and its garbage collection, once", async () => {
  const { server } = await startStubWithClient();
  await startStubWithClient();
  const types = (await linesOf(server)).filter((line) => line.startsWith("# TYPE "));
  const named = (name: string) => types.filter((line) => line.startsWith(`# TYPE ${name} `));
  for (const name of ["process_cpu_seconds_total", "nodejs_heap_size_used_bytes", "nodejs_gc_duration_seconds"])
    expect(named(name)).toHaveLength(1);
  expect(types.filter((line) => /eventloop_lag|nodejs_active/.test(line))).toEqual([]);
});
