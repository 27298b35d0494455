import type { Value } from "rhai-wasm";
import { Denied } from "../../../policy/errors.ts";
import { SdkError } from "../../errors.ts";
import { readFile } from "../../file_system/file/index.ts";
import type { DirHandle } from "../../file_system/handles.ts";
import { openDir, openFile } from "../../file_system/open.ts";
import { using } from "../../file_system/using.ts";
import type { Call } from "../../operation.ts";
import { words } from "../../sysinfo/counter.ts";
import { BLOCK_DEVICES, type BlockDevice } from "./device.ts";
import { linesBehind, mountPoints, volumes } from "./sources.ts";
import { childrenOf } from "./tree.ts";

/** Lines of `/proc/partitions` before the first device. */
const HEADER_LINES = 2;

/** Block devices by name, and which are part of which. Reads them from `/proc`, `/dev` and `/sys` like a script would. */
export function lsblk(call: Call): Map<string, Value> {
  const listed = using(openDir(call, "/proc", {}), (proc) =>
    linesBehind(call, proc, "partitions", HEADER_LINES),
  );
  const names = volumes(call);
  const mounted = mountPoints(call, names);
  const devices = listed.flatMap((line) => {
    const [major, minor, size = "", kernelName] = words(line);
    if (major === undefined || minor === undefined || kernelName === undefined) return [];
    const volume = names.get(kernelName);
    const name = volume ?? kernelName;
    const known = { name, major, minor, kibibytes: sizeOf(size), mountPoint: mounted.get(name) ?? "" };
    const path = `${BLOCK_DEVICES}/${major}:${minor}`;
    return [
      using(openDir(call, path, { followSymlinks: true }), (directory) => ({
        ...known,
        ...attributes(call, directory, volume !== undefined),
      })),
    ];
  });
  return report(devices, childrenOf(call, devices, names));
}

const MAX_I64 = 2n ** 63n - 1n;

const sizeOf = (text: string): bigint => {
  const size = /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
  return size > MAX_I64 ? 0n : size;
};

function attributes(call: Call, directory: DirHandle, isVolume: boolean) {
  const type = isVolume ? "lvm" : typeIn(read(call, directory, "uevent"));
  return {
    type,
    removable: type === "partition" ? "0" : flag(call, directory, "removable"),
    readOnly: flag(call, directory, "ro"),
  };
}

const typeIn = (uevent: string): string =>
  uevent
    .split("\n")
    .find((line) => line.startsWith("DEVTYPE"))
    ?.split("=")
    .at(-1) ?? "unknown";

const read = (call: Call, directory: DirHandle, name: string): string =>
  using(openFile(call, directory, name, { read: true }), (handle) => readFile(call, handle));

/** What cannot be read, or may not, counts as `0`. */
function flag(call: Call, directory: DirHandle, name: string): string {
  try {
    return read(call, directory, name).trim();
  } catch (error) {
    if (error instanceof SdkError || error instanceof Denied) return "0";
    throw error;
  }
}

function report(
  devices: readonly BlockDevice[],
  children: ReadonlyMap<string, readonly string[]>,
): Map<string, Value> {
  return new Map(
    devices.map((device) => [
      device.name,
      new Map<string, Value>([
        ["name", device.name],
        ["type", device.type],
        ["maj", device.major],
        ["min", device.minor],
        ["size_kib", device.kibibytes],
        ["removable", device.removable],
        ["read_only", device.readOnly],
        ["mount_point", device.mountPoint],
        ["children", [...(children.get(device.name) ?? [])]],
      ]),
    ]),
  );
}
