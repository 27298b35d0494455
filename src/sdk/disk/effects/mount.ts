import { isBlockDevice, MountPoint, type Space, spaceAt } from "../../../platform/mount.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { diskError } from "../errors.ts";

type Unmount = Authorized<"file_system.unmount">;

/** The space of the file system that is mounted at `path`; undefined where this process may not look. */
export function spaceOf(token: Authorized<"file_system.stat">, path: string): Space | undefined {
  expectFor(token, path);
  try {
    return spaceAt(path);
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    if (error.code === "EACCES") return undefined;
    throw diskError(`${error.code}: ${error.message.replace(/ \(os error \d+\)$/, "")}`);
  }
}

/** Whether `device` is one of this machine. The token is for the list of its drives. */
export function isOwnDevice(
  token: Authorized<"file_system.read">,
  drivesPath: string,
  device: string,
): boolean {
  expectFor(token, drivesPath);
  return isBlockDevice(device);
}

/**
 * Unmounts what is at `path`. Where links in the path led elsewhere, `confirm` gives the token for there.
 * @throws {OsError}
 */
export function unmountAt(token: Unmount, path: string, confirm: (realPath: string) => Unmount): void {
  expectFor(token, path);
  MountPoint.at(path, (mountPoint) => {
    const { realPath } = mountPoint;
    if (realPath !== path) expectFor(confirm(realPath), realPath);
    mountPoint.unmount();
  });
}
