import { groupId, groupName, userId, userName } from "../../platform/identity.ts";
import { ioError } from "./os-errors.ts";

/** Numbers of a user and of a group; `undefined` leaves one as it is. */
export interface Owner {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

const unknown = (reason: string, value: string | number) =>
  ioError("IdentityResolutionError", `Identity resolution error: ${reason}: ${value}`);
const unknownUser = (value: string | number) => unknown("No user mapping found for uid", value);
const unknownGroup = (value: string | number) => unknown("No group mapping found for gid", value);

/** The account names as numbers. @throws {SdkError} `IdentityResolutionError` for a name that the system does not know */
export function ownerOf(names: {
  readonly user: string | undefined;
  readonly group: string | undefined;
}): Owner {
  const uid = names.user === undefined ? undefined : userId(names.user);
  if (names.user !== undefined && uid === undefined) throw unknownUser(names.user);
  const gid = names.group === undefined ? undefined : groupId(names.group);
  if (names.group !== undefined && gid === undefined) throw unknownGroup(names.group);
  return { uid, gid };
}

/** The numbers as account names. @throws {SdkError} `IdentityResolutionError` for a number without a name */
export function namesOf(uid: number, gid: number): { readonly user: string; readonly group: string } {
  const user = userName(uid);
  if (user === undefined) throw unknownUser(uid);
  const group = groupName(gid);
  if (group === undefined) throw unknownGroup(gid);
  return { user, group };
}
