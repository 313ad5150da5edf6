import { StoreUnusable } from "../store.ts";

/** Parameters that pg applies. It ignores others, or takes them for its own options: a misspelt `sslmode` is no TLS. */
const PARAMETERS = [
  ...["sslmode", "sslrootcert", "sslcert", "sslkey", "sslnegotiation", "ssl", "uselibpqcompat"],
  ...["host", "port", "user", "password", "application_name", "options"],
];

const SSL_MODES = ["disable", "no-verify", "prefer", "require", "verify-ca", "verify-full"];

const SCHEMA = "Set the schema with options=-c%20search_path%3DNAME, or for the database user with ALTER ROLE.";
const ONE_HOST = "Name one host that leads to the primary, such as a virtual address, a DNS name or a proxy.";

/** The remedy for parameters of other drivers; for any other, a list of the supported ones. */
const REMEDIES: Readonly<Record<string, string>> = {
  channel_binding: "Remove it, and verify the server with sslmode=verify-full.",
  schema: SCHEMA,
  currentSchema: SCHEMA,
  search_path: SCHEMA,
  target_session_attrs: ONE_HOST,
  load_balance_hosts: ONE_HOST,
};

/**
 * Checks what pg would not apply. Messages contain no part of the URL that may be a password.
 * @throws StoreUnusable
 */
export function checkUrl(url: string): void {
  const [address = "", query = ""] = url.split(/\?(.*)/s);
  const hosts = address.replace(/^\w+:\/\//, "").replace(/^.*@/, "");
  const parameters = [...new URLSearchParams(query)];
  const hasList = (text: string) => (text.split("/")[0] ?? "").includes(",");
  if (hasList(hosts) || parameters.some(([name, value]) => /^(host|port)$/.test(name) && value.includes(",")))
    throw new StoreUnusable(`The database URL has several hosts, which is not supported. ${ONE_HOST}`);
  for (const [name, value] of parameters) {
    if (!PARAMETERS.includes(name)) throw unsupported(name);
    if (name === "sslmode" && !SSL_MODES.includes(value))
      throw new StoreUnusable(`sslmode in the database URL takes one of ${SSL_MODES.join(", ")}.`);
  }
}

/**
 * pg takes `prefer`, `require` and `verify-ca` for `verify-full`, with a warning that their meaning will change: here it
 * does not.
 */
export function withStrictSslMode(url: string): string {
  if (/[?&]uselibpqcompat=true(&|$)/.test(url)) return url;
  return url.replace(/(?<=[?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/g, "verify-full");
}

function unsupported(name: string): StoreUnusable {
  const remedy = REMEDIES[name] ?? `Supported are ${PARAMETERS.join(", ")}.`;
  // In a URL with an unencoded `?`, the rest of the password is in the name.
  const shown = /^\w{1,30}$/.test(name) ? `the parameter ${name}` : "a parameter";
  return new StoreUnusable(`The database URL has ${shown}, which is not supported. ${remedy}`);
}
