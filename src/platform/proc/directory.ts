import { readAll } from "../file/content.ts";
import { closing } from "../file/descriptor.ts";
import { listNames } from "../file/directory.ts";
import { openAt, openDirectory } from "../file/open.ts";
import type { Fd } from "../file/types.ts";
import { OsError } from "../os-error.ts";
import { reapOrphans } from "../process/left-behind.ts";

const PROC = "/proc";
const NOT_THERE: readonly string[] = ["ENOENT", "ESRCH", "EACCES", "EPERM"];
const NUMBER = /^[1-9]\d{0,9}$/;

/** Numbers of all processes, in order. */
export function listProcesses(): number[] {
  reapOrphans();
  return closing(openDirectory(PROC), numbersIn);
}

/** Numbers of the threads of the process whose directory this is, in order; its own number is the first one's. */
export function listThreads(process: Fd): number[] {
  return closing(openAt(process, "task", { access: "read", directory: true }), numbersIn);
}

function numbersIn(directory: Fd): number[] {
  return listNames(directory)
    .filter(({ name }) => NUMBER.test(name))
    .map(({ name }) => Number(name))
    .sort((a, b) => a - b);
}

/**
 * The directory of a thread of the process whose directory is open. What is read by way of it is the thread's own; the
 * directory of its number in /proc tells of all threads of its process together.
 */
export function openThreadDirectory(process: Fd, thread: number): Fd {
  return closing(openAt(process, "task", { access: "path", directory: true }), (task) =>
    openAt(task, String(thread), { access: "read", directory: true }),
  );
}

/**
 * The directory of a process, or of a thread by its number. What is read by way of it is of this one, or fails when it
 * ended: never of another that got the number.
 */
export function openProcessDirectory(pid: number): Fd {
  if (!Number.isInteger(pid) || pid <= 0) throw new OsError("ENOENT");
  reapOrphans();
  return closing(openDirectory(PROC), (root) =>
    openAt(root, String(pid), { access: "read", directory: true }),
  );
}

/** All of a file in the directory of a process. */
export function readEntry(process: Fd, name: string, maxBytes: number): Uint8Array {
  return closing(openAt(process, name, { access: "read" }), (fd) => readAll(fd, maxBytes));
}

/** Whether `error` says that the process is not there any more, or that this user is to know nothing of it (`hidepid`). */
export function isNotThere(error: unknown): boolean {
  return error instanceof OsError && NOT_THERE.includes(error.code);
}
