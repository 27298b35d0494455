import type { FileType } from "../../platform/file.ts";
import type { Usage } from "./effects/open-files.ts";
import type { AccessType } from "./records.ts";

/** A file that a process uses. */
export interface UsedFile {
  readonly path: string;
  /** As lsof shows it. */
  readonly type: string;
  readonly access: AccessType;
}

/** How lsof shows what a path leads to. */
const TYPES: { readonly [type in FileType]: string } = {
  dir: "DIR",
  file: "REG",
  symlink: "LNK",
  socket: "SOCK",
  char: "CHR",
  block: "BLK",
  fifo: "FIFO",
  unknown: "UNK",
};

/** How it shows what has an inode but no path. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["socket", "SOCK"],
  ["net", "SOCK"],
  ["pipe", "FIFO"],
]);

/** All that a process uses, one entry for each; sockets by their paths where they have any. */
export function usedFiles(used: Usage, sockets: ReadonlyMap<string, string>): UsedFile[] {
  const files: UsedFile[] = [];
  const add = (path: string | undefined, type: string, access: AccessType) => {
    if (path !== undefined) files.push({ path, type, access });
  };
  add(used.cwd, "DIR", "Working directory");
  add(used.root, "DIR", "Root directory");
  add(used.exe, "REG", "Executable");
  for (const path of mappedFiles(used)) add(path, "REG", "Memory mapped");
  for (const { target, type } of used.references) {
    const shown = describe(target, type, sockets);
    add(shown?.path, shown?.type ?? "UNK", "File descriptor");
  }
  return files;
}

/** Paths of the mapped files, each file once, without the program itself. */
function mappedFiles({ mappings, exe }: Usage): string[] {
  const seen = new Set(["00:00 0"]);
  const program = mappings.find(({ path }) => path === exe);
  if (program) seen.add(program.key);
  return mappings.flatMap(({ path, key }) => {
    if (seen.has(key)) return [];
    seen.add(key);
    return [path];
  });
}

/** What the kernel says of a descriptor, in the words of lsof; `undefined` of a form that it uses for nothing yet. */
function describe(
  target: string,
  type: FileType,
  sockets: ReadonlyMap<string, string>,
): { readonly path: string; readonly type: string } | undefined {
  if (target.startsWith("/memfd:")) return { path: target, type: "REG" };
  if (isPath(target)) return { path: target, type: TYPES[type] };
  const [kind = "", rest = ""] = target.split(":");
  if (kind === "anon_inode") return { path: target, type: "ANON_INODE" };
  const inode = /^\[(\d+)\]$/.exec(rest)?.[1];
  if (kind === "" || inode === undefined) return undefined;
  const path = kind === "socket" ? (sockets.get(inode) ?? target) : target;
  return { path, type: KINDS.get(kind) ?? "UNK" };
}

const isPath = (target: string): boolean => target.startsWith("/") || !target.includes(":");

/** In which ways a process uses the file at `path`. */
export function accessTypes(used: Usage, path: string): AccessType[] {
  const at = (other: string | undefined): boolean => other !== undefined && samePath(other, path);
  const uses: readonly [AccessType, boolean][] = [
    [
      "File descriptor",
      used.references.some(({ target }) => isPath(target) && !target.startsWith("/memfd:") && at(target)),
    ],
    ["Memory mapped", used.mappings.some((mapping) => at(mapping.path))],
    ["Working directory", at(used.cwd)],
    ["Executable", at(used.exe)],
    ["Root directory", at(used.root)],
  ];
  return uses.filter(([, found]) => found).map(([access]) => access);
}

const trimmed = (path: string): string => path.replace(/\/+$/, "");
const samePath = (a: string, b: string): boolean => trimmed(a) === trimmed(b);

/** Whether `path` is `directory` or below it. */
export const isWithin = (path: string, directory: string): boolean =>
  samePath(path, directory) || path.startsWith(`${trimmed(directory)}/`);

export { samePath };
