import { close, type Fd, openAt, readAt, truncate, writeAll } from "./file.ts";
import { fileLock } from "./file-lock.ts";

const NAME = "lock";
const MODE = 0o600;
const NUMBER_BYTES = 32;

/** Another process has the state directory. */
export class StateInUse extends Error {
  override readonly name = "StateInUse";
  /** @param holder what the other one says that its number is */
  constructor(readonly holder: string) {
    super(`another agent uses the state directory (process ${holder})`);
  }
}

/**
 * Takes the state directory for this process, until it ends or closes the file that is returned. There is one agent for a
 * state directory: two would take each other's socket.
 * @throws {StateInUse}
 * @throws {OsError} where nothing can be written, and so nothing be done
 */
export function lockState(directory: Fd): Fd {
  const fd = openAt(directory, NAME, { access: "read-write", create: true, mode: MODE });
  if (!fileLock().tryTake(fd)) {
    const holder = holderOf(fd);
    close(fd);
    throw new StateInUse(holder);
  }
  truncate(fd, 0);
  writeAll(fd, Buffer.from(`${process.pid}\n`), 0);
  return fd;
}

function holderOf(fd: Fd): string {
  const bytes = new Uint8Array(NUMBER_BYTES);
  const text = Buffer.from(bytes.subarray(0, readAt(fd, bytes, 0))).toString();
  return /^\d{1,10}\n$/.test(text) ? text.trim() : "unknown";
}
