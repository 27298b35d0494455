import { fsync } from "node:fs";
import { promisify } from "node:util";
import { fromNode } from "../os-error.ts";
import { chmod } from "./attributes.ts";
import { writeAll } from "./content.ts";
import { close } from "./descriptor.ts";
import { renameAt } from "./directory.ts";
import { createTemporary, removeOwn } from "./replace.ts";
import type { Fd } from "./types.ts";

const sync = promisify(fsync);

/** Resolves when the content is on the disk; nothing waits meanwhile but who asked. @throws {OsError} */
export async function synced(fd: Fd): Promise<void> {
  try {
    await sync(fd);
  } catch (error) {
    throw fromNode(error);
  }
}

/**
 * Puts a new file in the place of `name`, as `replaceContent` does. Resolves when the file and its name are on the disk, which
 * some take seconds for (a card of flash memory): nothing waits meanwhile but who asked.
 * @throws {OsError}
 */
export async function replaceDurably(
  dirFd: Fd,
  name: string,
  content: Uint8Array,
  mode: number,
): Promise<void> {
  const temporary = createTemporary(dirFd, 0o600);
  const { fd } = temporary;
  try {
    writeAll(fd, content, 0);
    chmod(fd, mode);
    await synced(fd);
    renameAt(dirFd, temporary.name, dirFd, name);
  } catch (error) {
    removeOwn(dirFd, temporary);
    throw error;
  } finally {
    close(fd);
  }
  // That the file has the name is a matter of the directory (fsync(2)).
  await synced(dirFd);
}
