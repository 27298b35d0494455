import { readLinkTarget } from "../../file_system/directory/link.ts";
import { listDirectory } from "../../file_system/directory/list.ts";
import { readLines } from "../../file_system/file/index.ts";
import type { DirHandle } from "../../file_system/handles.ts";
import { openDir, openFile } from "../../file_system/open.ts";
import { baseName } from "../../file_system/resource.ts";
import { using } from "../../file_system/using.ts";
import type { Call } from "../../operation.ts";
import { words } from "../../sysinfo/counter.ts";

/** The lines of a file behind the first so many. A link is followed: `/proc/mounts` is one. */
export const linesBehind = (call: Call, directory: DirHandle, name: string, header: number): string[] =>
  using(openFile(call, directory, name, { read: true, followSymlinks: true }), (handle) =>
    readLines(call, handle, { count: undefined, start: BigInt(header) + 1n }),
  );

const BY_ID = "/dev/disk/by-id";
const PREFIX = "dm-name-";

/** Names of logical volumes by those that the kernel gives them (`dm-0`). */
export function volumes(call: Call): ReadonlyMap<string, string> {
  return using(openDir(call, BY_ID, {}), (directory) => {
    const links = listDirectory(call, directory).filter(({ name }) => name.startsWith(PREFIX));
    return new Map(
      links.map(({ name }) => [baseName(readLinkTarget(call, directory, name)), name.slice(PREFIX.length)]),
    );
  });
}

const SWAP = "[SWAP]";

/** Where devices are mounted, by their names below `/dev`; swap space is marked. */
export function mountPoints(call: Call, names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return using(openDir(call, "/proc", {}), (proc) => {
    const points = new Map<string, string>();
    for (const line of linesBehind(call, proc, "mounts", 0)) {
      const [device, point] = words(line);
      if (device === undefined || point === undefined || !device.startsWith("/dev")) continue;
      points.set(device.replace(/^\/dev\/(mapper\/)?/, ""), point);
    }
    for (const line of linesBehind(call, proc, "swaps", 1)) {
      const [device] = words(line);
      if (device === undefined) continue;
      const name = device.replace(/^\/dev\//, "");
      points.set(names.get(name) ?? name, SWAP);
    }
    return points;
  });
}
