/** File systems, drives and their statistics; unmounting. */
import { EnumValue, HostObject } from "rhai-wasm";
import { kindsOf } from "../error-kinds.ts";
import type { Namespace } from "../namespace.ts";
import { type Operation, operation } from "../operation.ts";
import { enumeration, integer, object } from "../parameters.ts";
import { STAT_PATH } from "../sysinfo/kernel-stats.ts";
import { lsblk } from "./block-devices/index.ts";
import { SOURCE } from "./errors.ts";
import {
  ALL,
  DRIVES_PATH,
  filesystemNamespaces,
  filesystemOptions,
  filesystems,
  MOUNTS_PATH,
} from "./filesystems.ts";
import { iostat, iostatNamespaces } from "./iostat.ts";
import { unmount, unmountOptions } from "./unmount.ts";

/** Which file systems scripts ask about. */
class Filesystems extends HostObject {
  constructor(readonly options: typeof ALL) {
    super();
  }
}

const FILESYSTEMS = {
  name: "Filesystems",
  typeOf: "rust_safe_disk_info::diskinfo::Filesystems",
  class: Filesystems,
  example: { variable: "disks", expression: "Filesystems(FilesystemOptions().local(true).build())" },
};

/** Units in the order of their ordinals: constant, name and bytes. */
const UNITS = [
  ["BYTES", "Bytes", 1n],
  ["KILOBYTES", "Kilobytes", 1024n],
  ["MEGABYTES", "Megabytes", 1024n ** 2n],
] as const;

const UNIT = {
  name: "Unit",
  typeOf: "rust_safe_disk_info::constants::Unit",
  values: UNITS.map(([, name]) => name),
  compares: false,
  shows: "type",
} as const;

const linux = { only: "linux" } as const;

const listing = {
  ...linux,
  returns: "Array<Filesystem>",
  checks: [`fs:read File(${MOUNTS_PATH})`, `fs:read File(${DRIVES_PATH})`, "fs:stat Dir(<each mount point>)"],
} as const;

const statistics = {
  ...linux,
  returns: "IoStatSnapshot",
  summary: "Returns what processors and drives did since the machine started, on average.",
  checks: [`fs:read File(${STAT_PATH})`, `fs:read File(${DRIVES_PATH})`],
} as const;

const operations: readonly Operation[] = [
  operation({
    ...linux,
    name: "Filesystems",
    source: SOURCE,
    parameters: [filesystemOptions.parameter],
    returns: FILESYSTEMS.name,
    summary: "Begins questions about file systems.",
    example: 'Filesystems(FilesystemOptions().targets(["/var"]).build())',
    checks: [],
    perform: (_call, { values }) => new Filesystems(values),
  }),
  operation({
    ...listing,
    name: "filesystems",
    source: SOURCE,
    parameters: [object(FILESYSTEMS)],
    summary: "Lists the file systems of the options, with their sizes.",
    errors: ["Other"],
    example: "disks.filesystems()",
    perform: (call, { options }) => filesystems(call, options),
  }),
  operation({
    ...listing,
    name: "df",
    source: "text",
    parameters: [],
    summary: "Lists all file systems, with their sizes.",
    errors: ["a list of the kernel that cannot be read", "a mount point that cannot be looked at"],
    example: "df().filter(|each| each.block_use_percent > 90.0)",
    perform: (call) => filesystems(call, ALL),
  }),
  operation({
    ...statistics,
    name: "iostat",
    source: SOURCE,
    parameters: [object(FILESYSTEMS)],
    errors: ["Other"],
    example: "disks.iostat()",
    perform: (call) => iostat(call),
  }),
  operation({
    ...statistics,
    name: "iostat",
    source: "text",
    parameters: [],
    errors: ["a table of the kernel that cannot be read"],
    example: "iostat()",
    perform: (call) => iostat(call),
  }),
  operation({
    ...linux,
    name: "lsblk",
    source: "text",
    parameters: [],
    returns: "Map<name,Map{name,type,maj,min,size_kib,removable,read_only,mount_point,children}>",
    summary: "Lists block devices by name, with their sizes, mount points and parts.",
    checks: [
      "fs:open Dir(/proc), fs:open and fs:read File(/proc/partitions)",
      "fs:open and fs:read Dir(/dev/disk/by-id), fs:read File(<links of volumes>)",
      "fs:open Dir(/proc), fs:open File(/proc/mounts), fs:open and fs:read File(/proc/<pid>/mounts)",
      "fs:open and fs:read File(/proc/swaps)",
      "each device: fs:open Dir(/sys/dev/block/<number>), fs:open Dir(<real path>)",
      "fs:open and fs:read File(<real path>/uevent, removable, ro)",
      "volumes: fs:open Dir(/sys/dev/block/<number>/slaves), fs:open and fs:read Dir(<real path>)",
      "partitions: fs:open Dir(/sys/dev/block), fs:read File(/sys/dev/block/<number>)",
    ],
    errors: ["a system without /dev/disk/by-id", "a file or directory of these that cannot be read"],
    example: "lsblk()",
    perform: (call) => lsblk(call),
  }),
  operation({
    ...linux,
    name: "unmount",
    source: SOURCE,
    parameters: [unmountOptions.parameter],
    returns: "()",
    summary: "Unmounts a file system.",
    checks: ["fs:unmount Dir(<path>)", "fs:unmount Dir(<real path>), where that is another"],
    errors: ["Other"],
    example: 'unmount(UnmountOptions().path("/srv/backup").build())',
    perform: (call, { values }) => unmount(call, values.path),
  }),
  operation({
    name: "format_bytes",
    source: SOURCE,
    parameters: [integer("size"), enumeration(UNIT, "unit")],
    returns: "i64",
    summary: "Returns a number of bytes in whole units, rounded down.",
    example: "format_bytes(2621440, Unit::KILOBYTES)",
    checks: [],
    perform: (_call, size, { ordinal }) => size / (UNITS[ordinal]?.[2] ?? 1n),
  }),
];

export const diskNamespaces: readonly Namespace[] = [
  {
    types: [FILESYSTEMS, UNIT],
    constants: UNITS.map(([constant, name], ordinal) => ({
      module: UNIT.name,
      name: constant,
      value: new EnumValue(UNIT.name, ordinal, name),
    })),
    operations,
  },
  kindsOf(SOURCE),
  ...filesystemNamespaces,
  ...iostatNamespaces,
  unmountOptions.namespace,
];
