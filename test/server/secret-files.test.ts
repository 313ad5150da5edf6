import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigurationError } from "../../server/configuration-error.ts";
import { SECRETS, type SecretName } from "../../server/settings/secrets.ts";
import { readSettings } from "../../server/settings/settings.ts";
import { type Settings, withSource } from "../../server/settings/values.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const SETTING_OF = {
  NEXUS_SYNC_LOG_KEY: "logKey",
  NEXUS_SYNC_DATABASE_PASSWORD: "databasePassword",
  NEXUS_SYNC_CONTROL_TOKEN: "controlToken",
} as const satisfies Partial<Record<SecretName, string>>;
const NAMES = Object.keys(SETTING_OF) as (keyof typeof SETTING_OF)[];

function fileWith(text: string): string {
  const file = join(temporaryFolder(), "secret");
  writeFileSync(file, text);
  return file;
}

test.for(NAMES)("%s can be read from the file in NAME_FILE, without its last line end", (name) => {
  for (const text of ["planted-secret", "planted-secret\n", "planted-secret\r\n", "\ufeffplanted-secret\n"]) {
    const settings = readSettings([], { [`${name}_FILE`]: fileWith(text) });
    expect(settings?.[SETTING_OF[name]]).toBe("planted-secret");
  }
  expect(readSettings([], { [`${name}_FILE`]: fileWith(" a \n\n") })?.[SETTING_OF[name]]).toBe(" a \n");
});

test.for(Object.keys(SECRETS))("a wrong %s_FILE ends the start with its name", (name) => {
  const read = (environment: NodeJS.ProcessEnv) => () => readSettings([], environment);
  expect(read({ [`${name}_FILE`]: "/nowhere" })).toThrow(`${name}_FILE can't be read: ENOENT`);
  expect(read({ [`${name}_FILE`]: fileWith("\n") })).toThrow(`${name}_FILE names an empty file: `);
  const both = { [name]: "planted-secret", [`${name}_FILE`]: fileWith("planted-secret") };
  expect(read(both)).toThrow(`${name} and ${name}_FILE can't be combined.`);
});

test("an unusable secret from a file is reported with the variable of the file", () => {
  const settings = readSettings([], { NEXUS_SYNC_DEMO_SECRET_FILE: fileWith("a b") });
  const error = new ConfigurationError("Unusable.", { setting: "NEXUS_SYNC_DEMO_SECRET" });
  const { message } = withSource(error, settings as Settings) as Error;
  expect(message).toBe("Unusable. The setting is from NEXUS_SYNC_DEMO_SECRET_FILE.");
});

test.for([
  ["NEXUS_SYNC_DATBASE", "NEXUS_SYNC_DATBASE is unknown and has no effect. Did you mean 'NEXUS_SYNC_DATABASE'?"],
  ["NEXUS_SYNC_LOGKEY", "NEXUS_SYNC_LOGKEY is unknown and has no effect. Did you mean 'NEXUS_SYNC_LOG_KEY'?"],
  [
    "NEXUS_SYNC_LOG_KEYFILE",
    "NEXUS_SYNC_LOG_KEYFILE is unknown and has no effect. Did you mean 'NEXUS_SYNC_LOG_KEY_FILE'?",
  ],
  ["nexus_sync_port", "nexus_sync_port is unknown and has no effect. Did you mean 'NEXUS_SYNC_PORT'?"],
  ["NEXUS_SYNC_SOMETHING_ELSE_ENTIRELY", "NEXUS_SYNC_SOMETHING_ELSE_ENTIRELY is unknown and has no effect."],
])("the unknown variable %s is reported with the nearest known one", ([name = "", line]) => {
  expect(readSettings([], { [name]: "planted-secret" })?.ignored).toEqual([line]);
});

test("variables of Kubernetes, of other programs and of this project's tests are not reported", () => {
  const environment = {
    NEXUS_SYNC_SERVICE_HOST: "10.96.0.12",
    NEXUS_SYNC_SERVICE_PORT: "4010",
    NEXUS_SYNC_SERVICE_PORT_HTTP: "4010",
    NEXUS_SYNC_PORT_4010_TCP: "tcp://10.96.0.12:4010",
    NEXUS_SYNC_PORT_4010_TCP_PROTO: "tcp",
    NEXUS_SYNC_PORT_4010_TCP_PORT: "4010",
    NEXUS_SYNC_PORT_4010_TCP_ADDR: "10.96.0.12",
    NEXUS_SYNC_POSTGRES_SERVICE_HOST: "10.96.0.13",
    NEXUS_SYNC_POSTGRES_PORT_5432_TCP: "tcp://10.96.0.13:5432",
    NEXUS_SYNC_POSTGRES_PORT: "tcp://10.96.0.13:5432",
    NEXUS_SYNC_SEED: "1",
    NEXUS_SYNC_AUTH_BASIC: "id:secret",
    NEXUS_PORT: "1",
  };
  expect(readSettings([], environment)?.ignored).toEqual([]);
});
