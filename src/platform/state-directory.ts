import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { close, type Fd, fstat, openDirectoryFollowing } from "./file.ts";
import { OsError, withOsErrors } from "./os-error.ts";

const PRIVATE = 0o700;
const OTHERS = 0o077;

/** The state directory cannot be used as it is. */
export class StateDirectoryError extends Error {
  override readonly name = "StateDirectoryError";
}

/** Where the state is unless somebody says otherwise: `/var/lib/remit` for root, else below the user's state directory. */
export function defaultStateDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (process.geteuid?.() === 0) return "/var/lib/remit";
  const base = env["XDG_STATE_HOME"];
  // A relative one is to be ignored (XDG Base Directory Specification 0.8).
  return base?.startsWith("/") ? join(base, "remit") : join(homedir(), ".local/state/remit");
}

/**
 * Opens the directory that holds what the agent keeps, and makes it if it is missing. It must be ours and nobody else's:
 * who may write to it decides what is allowed.
 * @throws {StateDirectoryError}
 */
export function openStateDirectory(path: string): Fd {
  const fd = attempt(path, () => {
    withOsErrors(() => mkdirSync(path, { recursive: true, mode: PRIVATE }));
    return openDirectoryFollowing(path);
  });
  const { mode, uid } = fstat(fd);
  const fault =
    uid !== process.geteuid?.()
      ? "belongs to another user"
      : (mode & OTHERS) !== 0
        ? `is open to others (mode ${(mode & 0o777).toString(8)}; it takes 700)`
        : undefined;
  if (fault === undefined) return fd;
  close(fd);
  throw new StateDirectoryError(`the state directory ${path} ${fault}`);
}

/**
 * Does `action` in the state directory `path`: a full disk, a file system that is read-only and the like are told of by
 * the directory's name. @throws {StateDirectoryError}
 */
export async function inState<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw asStateError(path, error);
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asStateError(path, error);
  }
}

const asStateError = (path: string, cause: unknown): unknown =>
  cause instanceof OsError
    ? new StateDirectoryError(`the state directory ${path} cannot be used: ${cause.message}`, { cause })
    : cause;
