import {
  closingOnError,
  type Fd,
  listNames,
  mkdirAt,
  openAt,
  replaceDurably,
  unlinkAt,
} from "../../platform/file.ts";
import { OsError } from "../../platform/os-error.ts";
import { BundleError } from "../errors.ts";

/** Name of the directory in the state directory. */
export const FOLDER = "bundle";
const MODE = 0o700;
const FILE_MODE = 0o600;
/** What is left of a file that was being written when the process was killed. */
const LEFT_BEHIND = /^\.remit-[0-9a-f]+\.tmp$/;

/**
 * Opens the directory of what is kept of bundles, in the state directory, and makes it if it is missing. Whoever has the
 * lock of the state directory is alone in it.
 * @throws {BundleError} state_unavailable
 */
export function openBundleDirectory(state: Fd): Fd {
  return onDisk("the directory of bundles", () => {
    unless("EEXIST", () => mkdirAt(state, FOLDER, MODE));
    const directory = openAt(state, FOLDER, { access: "read", directory: true });
    return closingOnError(directory, () => {
      removeIfThere(directory, ...namesIn(directory).filter((name) => LEFT_BEHIND.test(name)));
      return directory;
    });
  });
}

/** The file of a bundle: its hash, and this. */
export const ENDING = ".bundle";

export const namesIn = (directory: Fd): readonly string[] => listNames(directory).map(({ name }) => name);

export function removeIfThere(directory: Fd, ...names: readonly string[]): void {
  for (const name of names) unless("ENOENT", () => unlinkAt(directory, name));
}

/** Calls `action`; that it fails with `code` is as good. */
export function unless(code: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof OsError) || error.code !== code) throw error;
  }
}

/** Calls `action`, and turns what the disk refuses into an error of this room. @throws {BundleError} state_unavailable */
export function onDisk<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw refused(what, error);
  }
}

/** Puts a new file in the place of `name`; resolves when it is on the disk. @throws {BundleError} state_unavailable */
export async function replaceOnDisk(
  what: string,
  directory: Fd,
  name: string,
  content: Uint8Array,
): Promise<void> {
  try {
    await replaceDurably(directory, name, content, FILE_MODE);
  } catch (error) {
    throw refused(what, error);
  }
}

function refused(what: string, error: unknown): unknown {
  if (!(error instanceof OsError)) return error;
  return new BundleError("state_unavailable", `${what} cannot be used: ${error.message}`, { cause: error });
}
