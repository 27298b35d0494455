import { readdirSync, readFileSync } from "node:fs";
import { closing, listNames, openDirectory, readLinkAt } from "../file.ts";

import { OsError } from "../os-error.ts";

/** A process that holds a socket. */
export interface SocketOwner {
  readonly pid: number;
  readonly name: string;
}

/**
 * The processes that hold `sockets`, by the inode of the socket. Of several the last one: a server's children hold it,
 * too. What ends meanwhile, or may not be looked into, is left out.
 */
export function socketOwners(sockets: ReadonlySet<bigint>): ReadonlyMap<bigint, SocketOwner> {
  const owners = new Map<bigint, SocketOwner>();
  for (const pid of processes()) {
    const held = heldBy(pid).filter((inode) => sockets.has(inode));
    if (held.length === 0) continue;
    const owner = { pid, name: nameOf(pid) };
    for (const inode of held) owners.set(inode, owner);
  }
  return owners;
}

const processes = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);

function heldBy(pid: number): bigint[] {
  return unlessGone([], () =>
    closing(openDirectory(`/proc/${pid}/fd`), (directory) =>
      listNames(directory).flatMap(({ name }) => {
        const target = unlessClosed(() => readLinkAt(directory, name)) ?? "";
        const inode = /^socket:\[(\d{1,19})\]$/.exec(target)?.[1];
        return inode === undefined ? [] : [BigInt(inode)];
      }),
    ),
  );
}

/** What `look` returns of a descriptor, unless it was closed. Who may not look at one may look at none of a process. */
function unlessClosed<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof OsError && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** The kernel cuts it to 15 bytes. */
const nameOf = (pid: number): string =>
  unlessGone("unknown", () => readFileSync(`/proc/${pid}/comm`, "utf8").replace(/\n$/, ""));

function unlessGone<T>(otherwise: T, look: () => T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
