import { words } from "../sysinfo/counter.ts";

/** A line of `/proc/mounts`. */
export interface Mount {
  readonly device: string;
  readonly path: string;
  readonly kind: string;
  readonly options: readonly string[];
}

/** The content of `/proc/mounts`; see fstab(5). */
export function parseMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [device, path, kind, options] = words(line);
    if (device === undefined || path === undefined || kind === undefined || options === undefined) return [];
    return [{ device, path: withoutEscapes(path), kind, options: optionsOf(withoutEscapes(options)) }];
  });
}

/** Space, tab, newline, `#` and backslash are written as octal numbers. */
const withoutEscapes = (text: string): string =>
  text.replace(/\\(040|011|012|043|134)/g, (_match, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

/** Of an option that is given again the last value counts. */
const optionsOf = (text: string): readonly string[] => [
  ...new Map(text.split(",").map((option) => [option.replace(/=.*/s, ""), option])).values(),
];

/** File systems of the kernel's own, and such as have no use of space. */
const IGNORED_KINDS: readonly string[] = [
  "rootfs",
  "sysfs",
  "proc",
  "devtmpfs",
  "cgroup",
  "cgroup2",
  "pstore",
  "squashfs",
  "rpc_pipefs",
  "iso9660",
  "devpts",
  "hugetlbfs",
  "mqueue",
];
const IGNORED_PATHS = /^\/(sys|proc|run(?!\/media))/;

/** The mounts that hold somebody's files; what is mounted twice at one place is listed once. */
export function storage(mounts: readonly Mount[]): readonly Mount[] {
  const listed = new Map<string, Mount>();
  for (const mount of mounts) {
    if (IGNORED_KINDS.includes(mount.kind) || IGNORED_PATHS.test(mount.path)) continue;
    if (mount.device.startsWith("sunrpc")) continue;
    const key = JSON.stringify([mount.path, mount.device, mount.kind]);
    if (!listed.has(key)) listed.set(key, mount);
  }
  return [...listed.values()];
}

const REMOTE = /nfs|smb|cifs|efs|^\/\/|:|autofs/;

/** Whether the name of a device looks like that of a share of another machine. */
export const looksRemote = ({ device }: Mount): boolean => REMOTE.test(device.toLowerCase());
