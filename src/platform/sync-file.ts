import { close, type Fd, synced } from "./file.ts";
import { openIfThere } from "./lines-forwards.ts";

/** Resolves when the content of a file is on the disk, if the file is there; nothing waits meanwhile but who asked. */
export async function syncFile(directory: Fd, name: string): Promise<void> {
  const fd = openIfThere(directory, name);
  if (fd === undefined) return;
  try {
    await synced(fd);
  } finally {
    close(fd);
  }
}
