import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort, until } from "../../scripts/shared/program.ts";
import { startTestProgram } from "../helpers/program.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

export const BALANCERS = ["haproxy", "nginx"].filter((name) => spawnSync(name, ["-v"]).status === 0);

const PAGE = readFileSync(new URL("../../server/operating.md", import.meta.url), "utf8");

/** HAProxy in front of these ports, with the configuration of server/operating.md, but no retries. */
export async function startHaproxy(ports: readonly number[]): Promise<string> {
  const port = await freePort();
  const file = join(temporaryFolder(), "haproxy.cfg");
  const [, configuration = ""] = /```haproxy\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const lines = configuration
    .split("\n")
    .filter((line) => !/^ +(server|http-request) /.test(line))
    .map((line) => line.replace(/bind .*/, `bind 127.0.0.1:${port}`));
  const servers = ports.map((one) => `  server s${one} 127.0.0.1:${one}`);
  writeFileSync(file, [...lines, "  retries 0", "  http-reuse always", ...servers, ""].join("\n"));
  startTestProgram(["haproxy", "-db", "-f", file]);
  return untilOpen(port);
}

/**
 * nginx in front of these ports, connections kept for 60 s. It has no health checks. By default `use` reloads it with the
 * servers to use, and there are no retries; `isPassive` is the configuration of server/operating.md.
 */
export async function startNginx(ports: readonly number[], { isPassive = false } = {}) {
  const [port, folder] = [await freePort(), temporaryFolder()];
  const file = join(folder, "nginx.conf");
  const write = (used: readonly number[]) => {
    const failures = isPassive ? "fail_timeout=2s" : "max_fails=0";
    const servers = ports.map((one) => `server 127.0.0.1:${one} ${failures}${used.includes(one) ? "" : " down"};`);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${folder};`,
    );
    const proxy = [
      'proxy_pass http://servers; proxy_http_version 1.1; proxy_set_header Connection "";',
      ...(isPassive ? [] : ["proxy_next_upstream off;"]),
    ];
    const lines = [
      ...[
        "daemon off;",
        `pid ${folder}/pid;`,
        "worker_processes 1;",
        "error_log stderr notice;",
        "events {}",
        "http {",
      ],
      ...["access_log off;", ...temporary],
      ...["upstream servers {", ...servers, "keepalive 32;", "keepalive_timeout 60s;", "}"],
      ...["server {", `listen 127.0.0.1:${port};`, "location / {", ...proxy, "}", "}", "}"],
    ];
    writeFileSync(file, lines.join("\n"));
  };
  write(ports);
  const nginx = startTestProgram(["nginx", "-c", file]);
  // SIGKILL would leave its workers.
  onTestFinished(async () => void (await nginx.end()));
  const url = await untilOpen(port);
  // Discards the lines of the start.
  await nginx.printed(/start worker process/);
  return {
    url,
    async use(used: readonly number[]) {
      write(used);
      nginx.child.kill("SIGHUP");
      // The old worker accepts no more connections.
      await nginx.printed(/gracefully shutting down/);
    },
  };
}

async function untilOpen(port: number): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200;
  await until(isReady, 10_000);
  return url;
}
