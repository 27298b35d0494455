import { chown, type Fd } from "../../../platform/file.ts";
import { groupId, userId } from "../../../platform/identity.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

type Chown = Authorized<"file_system.chown">;

/** Numbers of the accounts that a script names; `undefined` leaves one as it is. */
export interface Owner {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** The system knows no user, or no group, of this name. */
export class UnknownAccount extends Error {
  constructor(
    readonly kind: "user" | "group",
    readonly account: string,
  ) {
    super(`no ${kind} ${account}`);
  }
}

/** Only who may change any owner may give a file away. */
export class OwnerRefused extends Error {}

/** The numbers of `user` and `group`. @throws {UnknownAccount} */
export function resolveOwner(
  token: Chown,
  path: string,
  { user, group }: { readonly user: string | undefined; readonly group: string | undefined },
): Owner {
  expectFor(token, path);
  const uid = user === undefined ? undefined : userId(user);
  if (user !== undefined && uid === undefined) throw new UnknownAccount("user", user);
  const gid = group === undefined ? undefined : groupId(group);
  if (group !== undefined && gid === undefined) throw new UnknownAccount("group", group);
  return { uid, gid };
}

/** Gives the open file or directory at `path` another owner or group. @throws {OwnerRefused} */
export function setOwner(token: Chown, path: string, fd: Fd, { uid, gid }: Owner): void {
  expectFor(token, path);
  try {
    chown(fd, uid ?? -1, gid ?? -1);
  } catch (error) {
    throw error instanceof OsError && error.code === "EPERM" ? new OwnerRefused() : error;
  }
}
