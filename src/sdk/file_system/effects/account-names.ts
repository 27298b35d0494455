import type { FileStatus } from "../../../platform/file.ts";
import { groupName, userName } from "../../../platform/identity.ts";

/** Names of the owner and the group in `status`; `undefined` where the system knows none. */
export function accountNames({ uid, gid }: FileStatus): {
  readonly user: string | undefined;
  readonly group: string | undefined;
} {
  return { user: userName(uid), group: groupName(gid) };
}
