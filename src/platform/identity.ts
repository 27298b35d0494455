import { constants, openSync } from "node:fs";
import { userInfo } from "node:os";
import { readAll } from "./file/content.ts";
import { closing } from "./file/descriptor.ts";
import type { Fd } from "./file/types.ts";
import { LIMITS } from "./limits.ts";
import { OsError, withOsErrors } from "./os-error.ts";

const MAX_ID = 0xffff_ffff;

/** Names and numbers of one kind of account. Of several lines for one name or number the first counts. */
interface Accounts {
  readonly names: ReadonlyMap<number, string>;
  readonly ids: ReadonlyMap<string, number>;
}

let users: Accounts | undefined;
let groups: Accounts | undefined;

/** The name of a user; undefined if the system knows none with this number. */
export function userName(uid: number): string | undefined {
  return allUsers().names.get(uid);
}

export function groupName(gid: number): string | undefined {
  return allGroups().names.get(gid);
}

/** The number of a user; undefined if the system knows none of this name. */
export function userId(name: string): number | undefined {
  return allUsers().ids.get(name);
}

export function groupId(name: string): number | undefined {
  return allGroups().ids.get(name);
}

/** Whose permissions this process has. A user without a name goes by its number. */
export function effectiveUser(): { readonly uid: number; readonly gid: number; readonly name: string } {
  const uid = process.geteuid?.() ?? userInfo().uid;
  const gid = process.getegid?.() ?? userInfo().gid;
  return { uid, gid, name: userName(uid) ?? String(uid) };
}

/** Forgets what was read of the accounts, so that the next run sees those of its time. */
export function forgetAccounts(): void {
  users = undefined;
  groups = undefined;
}

function allUsers(): Accounts {
  users ??= readAccounts("/etc/passwd");
  return users;
}

function allGroups(): Accounts {
  groups ??= readAccounts("/etc/group");
  return groups;
}

function readAccounts(path: string): Accounts {
  let fd: Fd;
  try {
    fd = withOsErrors(() => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  } catch (error) {
    if (!(error instanceof OsError) || error.code !== "ENOENT") throw error;
    return parseAccounts(""); // the smallest containers have no accounts
  }
  return parseAccounts(closing(fd, () => new TextDecoder().decode(readAll(fd, LIMITS.accountBytes))));
}

/** Reads `name:password:number:…` a line, as in passwd(5) and group(5); skips what is not of this form. */
export function parseAccounts(text: string): Accounts {
  const names = new Map<number, string>();
  const ids = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [name = "", , number = ""] = line.split(":", 3);
    if (name === "" || name.startsWith("#") || !isNumber(number)) continue;
    const id = Number(number);
    if (id > MAX_ID) continue;
    if (!names.has(id)) names.set(id, name);
    if (!ids.has(name)) ids.set(name, id);
  }
  return { names, ids };
}

function isNumber(text: string): boolean {
  return /^[0-9]{1,10}$/.test(text);
}
