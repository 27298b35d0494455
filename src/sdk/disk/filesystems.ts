import type { Value } from "rhai-wasm";
import { ask, dir, file } from "../file_system/resource.ts";
import type { Namespace } from "../namespace.ts";
import type { Call } from "../operation.ts";
import { type Field, field, options } from "../options.ts";
import { named, recordType, Values } from "../record.ts";
import { clamped } from "../sysinfo/counter.ts";
import { procText } from "../sysinfo/effects/proc.ts";
import { isOwnDevice, spaceOf } from "./effects/mount.ts";
import { asDiskErrors, SOURCE } from "./errors.ts";
import { looksRemote, type Mount, parseMounts, storage } from "./mounts.ts";

export const MOUNTS_PATH = "/proc/mounts";
export const DRIVES_PATH = "/proc/diskstats";

const TEXTS = ["fs_device", "fs_kind", "mounted_on"] as const;
const COUNTS = [
  "inodes",
  "iused",
  "ifree",
  "block_used",
  "block_available",
  "kb_blocks",
  "mb_blocks",
  "size",
] as const;
const SHARES = ["iuse_percent", "block_use_percent"] as const;

/** A file system that is mounted. Sizes are bytes where their names say no more. */
export class Filesystem extends Values<
  { readonly [K in (typeof TEXTS)[number]]: string } & {
    readonly [K in (typeof COUNTS)[number]]: bigint;
  } & { readonly [K in (typeof SHARES)[number]]: number } & { readonly mount_options: Value[] }
> {}

const filesystem = recordType<Filesystem>({
  name: "Filesystem",
  typeOf: "rust_safe_disk_info::df::common::Filesystem",
  class: Filesystem,
  only: "linux",
  example: { variable: "filesystem", expression: "disks.filesystems()[0]" },
  fields: {
    ...named("String", TEXTS),
    ...named("i64", COUNTS),
    ...named("f64", SHARES),
    ...named("Array<String>", ["mount_options"]),
  },
});

const targets: Field<readonly string[]> = {
  type: "Array",
  initial: [],
  accept: (value) =>
    Array.isArray(value) ? value.map((item) => (typeof item === "string" ? item : String(item))) : [],
};

export const filesystemOptions = options({
  name: "FilesystemOptions",
  path: "rust_safe_disk_info::options",
  summary: "Begins the options of which file systems are looked at.",
  only: "linux",
  fields: { targets, local: field.boolean() },
  examples: { targets: '["/", "/var"]' },
});

export const filesystemNamespaces: readonly Namespace[] = [filesystem, filesystemOptions.namespace];

type Options = InstanceType<typeof filesystemOptions.type.class>["values"];

export const ALL: Options = { targets: [], local: false };

/**
 * The file systems whose mount points begin with one of the targets, or all. Asks to read the lists of mounts and of
 * drives, and to stat every mount point before it looks at the first. One where this process may not look is left out.
 */
export function filesystems({ access }: Call, { targets, local }: Options): Filesystem[] {
  const mountsToken = access.require(ask("read", file(MOUNTS_PATH)));
  const drivesToken = access.require(ask("read", file(DRIVES_PATH)));
  const mounts = parseMounts(procText(mountsToken, MOUNTS_PATH, SOURCE));
  const wanted = storage(mounts)
    .filter(({ path }) => targets.length === 0 || targets.some((target) => path.startsWith(target)))
    .filter((mount) => !local || !looksRemote(mount) || isOwnDevice(drivesToken, DRIVES_PATH, mount.device));
  const asked = wanted.map((mount) => {
    const resource = asDiskErrors(() => dir(mount.path));
    return { mount, path: resource.id, token: access.require(ask("stat", resource)) };
  });
  return asked.flatMap(({ mount, path, token }) => {
    const space = spaceOf(token, path);
    // Of several mounts at one place the first tells the options.
    const { options } = mounts.find((other) => other.path === mount.path) ?? mount;
    return space === undefined ? [] : [filesystemOf(mount, options, space)];
  });
}

const KIBIBYTE = 1024n;

function filesystemOf(
  mount: Mount,
  options: readonly string[],
  { bytes, availableBytes, files, freeFiles }: NonNullable<ReturnType<typeof spaceOf>>,
): Filesystem {
  const [used, usedFiles] = [clamped(bytes - availableBytes), clamped(files - freeFiles)];
  return new Filesystem({
    fs_device: mount.device,
    fs_kind: mount.kind,
    mounted_on: mount.path,
    inodes: clamped(files),
    iused: usedFiles,
    ifree: clamped(freeFiles),
    iuse_percent: percentOf(usedFiles, files),
    block_used: used,
    block_available: clamped(availableBytes),
    block_use_percent: percentOf(used, bytes),
    kb_blocks: clamped(bytes / KIBIBYTE),
    mb_blocks: clamped(bytes / KIBIBYTE ** 2n),
    size: clamped(bytes),
    mount_options: [...options],
  });
}

const percentOf = (part: bigint, whole: bigint): number =>
  whole === 0n ? 0 : (Number(part) / Number(whole)) * 100;
