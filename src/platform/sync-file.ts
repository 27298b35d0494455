import { fsync } from "node:fs";
import { promisify } from "node:util";
import { close, type Fd } from "./file.ts";
import { openIfThere } from "./lines-forwards.ts";

const sync = promisify(fsync);

/** Resolves when the content of a file is on the disk, if the file is there; nothing waits meanwhile but who asked. */
export async function syncFile(directory: Fd, name: string): Promise<void> {
  const fd = openIfThere(directory, name);
  if (fd === undefined) return;
  try {
    await sync(fd);
  } finally {
    close(fd);
  }
}
