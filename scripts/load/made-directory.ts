import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { User } from "../../generated/types.ts";

const ROLES = 20;
const CONNECTION = "con_acme-ad";

type MakeUser = (index: number) => Pick<User, "id">;

/** Writes a directory of so many users as NDJSON: 20 roles, a map to each, and the users. */
export async function makeDirectory(file: string, users: number, makeUser: MakeUser = userOf): Promise<void> {
  await pipeline(Readable.from(lines(users, makeUser)), createWriteStream(file));
}

export function userIdOf(index: number): string {
  return `u-${index}`;
}

function* lines(users: number, makeUser: MakeUser): Generator<string> {
  for (let role = 0; role < ROLES; role += 1) {
    yield line({ role: { id: `r-${role}`, name: `Role ${role}`, audience: "https://api.acme.example" } });
    yield line({
      roleConnectionMap: {
        ...{ id: `m-${role}`, roleId: `r-${role}` },
        ...{ azoConnectionId: CONNECTION, groupName: `group-${role}` },
      },
    });
  }
  for (let index = 0; index < users; index += 1) yield line({ user: makeUser(index) });
}

function userOf(index: number) {
  const name = `user${index}`;
  return {
    ...{ id: userIdOf(index), username: name, emailAddress: `${name}@acme.example`, nickname: name },
    ...{ givenName: `Given ${index}`, familyName: `Family ${index}`, isActive: true },
    identities: [
      { id: 1, azoConnectionId: CONNECTION, azoUserId: `ad|${index}`, strategy: "ad", groups: ["group-1", "group-2"] },
    ],
    attributes: [{ id: 1, name: "department", value: `Department ${index % 100}` }],
    roles: [{ id: `r-${index % ROLES}`, name: `Role ${index % ROLES}` }],
  };
}

function line(entry: object): string {
  return `${JSON.stringify(entry)}\n`;
}
