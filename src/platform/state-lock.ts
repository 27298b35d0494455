import { close, type Fd, openAt, readAt, truncate, writeAll } from "./file.ts";
import { fileLock } from "./file-lock.ts";
import { OsError } from "./os-error.ts";
import { StateDirectoryError } from "./state-directory.ts";

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

/** The file that is locked. @throws {StateDirectoryError} where nothing can be written, and so nothing be done */
function openLock(directory: Fd): Fd {
  try {
    return openAt(directory, NAME, { access: "read-write", create: true, mode: MODE });
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    throw new StateDirectoryError(`the state directory cannot be locked (${NAME}): ${error.message}`);
  }
}

/**
 * Takes the state directory for this process, until it ends or closes the file that is returned. There is one agent for a state directory: two would take each
 * other's socket.
 * @throws {StateInUse} or {@link StateDirectoryError}
 */
export function lockState(directory: Fd): Fd {
  const fd = openLock(directory);
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
