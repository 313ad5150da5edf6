import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { freePort, until } from "../../scripts/shared/program.ts";
import { startTestProgram } from "../helpers/program.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

/** Milliseconds until nginx has new workers after a reload. */
const RELOAD_MS = 500;

export const BALANCERS = ["haproxy", "nginx"].filter((name) => spawnSync(name, ["-v"]).status === 0);

/** HAProxy in front of these ports, with the checks of server/operating.md; connections kept for 60 s, no retries. */
export async function startHaproxy(ports: readonly number[]): Promise<string> {
  const port = await freePort();
  const file = join(temporaryFolder(), "haproxy.cfg");
  const servers = ports.map((one) => `  server s${one} 127.0.0.1:${one} check inter 1s fall 1 rise 2`);
  const lines = [
    ...[
      "defaults",
      "  mode http",
      "  timeout connect 2s",
      "  timeout client 60s",
      "  timeout server 15s",
      "  timeout check 5s",
    ],
    ...["  timeout http-keep-alive 60s", "  retries 0", "  option httpchk GET /readyz", "  http-reuse always"],
    ...["frontend callers", `  bind 127.0.0.1:${port}`, "  default_backend servers"],
    ...["backend servers", ...servers],
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  startTestProgram(["haproxy", "-db", "-f", file]);
  return untilOpen(port);
}

/** nginx in front of these ports: connections kept for 60 s, no retries. It has no health checks, so `use` reloads it. */
export async function startNginx(ports: readonly number[]) {
  const [port, folder] = [await freePort(), temporaryFolder()];
  const file = join(folder, "nginx.conf");
  const write = (used: readonly number[]) => {
    const servers = ports.map((one) => `server 127.0.0.1:${one} max_fails=0${used.includes(one) ? "" : " down"};`);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${folder};`,
    );
    const proxy =
      'proxy_pass http://servers; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream off;';
    const lines = [
      ...["daemon off;", `pid ${folder}/pid;`, "worker_processes 1;", "error_log stderr;", "events {}", "http {"],
      ...["access_log off;", ...temporary],
      ...["upstream servers {", ...servers, "keepalive 32;", "keepalive_timeout 60s;", "}"],
      ...["server {", `listen 127.0.0.1:${port};`, `location / { ${proxy} }`, "}", "}"],
    ];
    writeFileSync(file, lines.join("\n"));
  };
  write(ports);
  const nginx = startTestProgram(["nginx", "-c", file]);
  // SIGKILL would leave its workers.
  onTestFinished(async () => void (await nginx.end()));
  return {
    url: await untilOpen(port),
    async use(used: readonly number[]) {
      write(used);
      nginx.child.kill("SIGHUP");
      await sleep(RELOAD_MS);
    },
  };
}

async function untilOpen(port: number): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200;
  await until(isReady, 10_000);
  return url;
}
