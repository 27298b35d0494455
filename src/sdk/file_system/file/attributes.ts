import type { Call } from "../../operation.ts";
import { setPermissions, statusOf } from "../effects/file.ts";
import { resolveOwner, setOwner } from "../effects/ownership.ts";
import type { FileHandle } from "../handles.ts";
import { asIoErrors } from "../os-errors.ts";
import { asOwnershipErrors } from "../ownership.ts";
import { permissionBits } from "../permissions.ts";
import { ask, file } from "../resource.ts";

/** The status of the open file. */
export function fileStatus(call: Call, handle: FileHandle) {
  const token = call.access.require(ask("stat", file(handle.path)));
  return asIoErrors(() => statusOf(token, handle));
}

/** When the content was last changed, in nanoseconds since the epoch. */
export function lastModified(call: Call, handle: FileHandle): bigint {
  const { mtimeSec, mtimeNsec } = fileStatus(call, handle);
  return BigInt(mtimeSec) * 1_000_000_000n + BigInt(mtimeNsec);
}

const BLOCK_BYTES = 512n;

/** Bytes that the file takes on the disk, or with `apparent` that it contains. */
export function fileUsage(call: Call, handle: FileHandle, apparent: boolean): bigint {
  const { size, blocks } = fileStatus(call, handle);
  return apparent ? BigInt(size) : BigInt(blocks) * BLOCK_BYTES;
}

export function changePermissions(call: Call, handle: FileHandle, permissions: bigint): void {
  const token = call.access.require(ask("chmod", file(handle.path)));
  const bits = permissionBits(permissions);
  asIoErrors(() => setPermissions(token, handle, bits));
}

export function changeOwner(
  call: Call,
  handle: FileHandle,
  to: { readonly user: string | undefined; readonly group: string | undefined },
): void {
  const { path } = handle;
  const token = call.access.require(ask("chown", file(path)));
  asOwnershipErrors(() => setOwner(token, path, handle.fd, resolveOwner(token, path, to)));
}
