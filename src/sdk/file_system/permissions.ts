import { OUT_OF_RANGE } from "../conversion.ts";
import { ioError } from "./os-errors.ts";

const MAX_U32 = 0xffff_ffffn;
const MAX_PERMISSIONS = 0o777n;

/**
 * Permission bits that a script asks for. Set-user-id, set-group-id and sticky bits cannot be asked for.
 * @throws {SdkError} `TryFromIntError`, `ValidationError`
 */
export function permissionBits(permissions: bigint): number {
  if (permissions < 0n || permissions > MAX_U32) {
    throw ioError("TryFromIntError", OUT_OF_RANGE);
  }
  if (permissions > MAX_PERMISSIONS) {
    const reason = "Invalid permissions. Permissions must be in the range 0-777 octal";
    throw ioError("ValidationError", `Validation error: ${reason}: 0o${permissions.toString(8)}`);
  }
  return Number(permissions);
}
