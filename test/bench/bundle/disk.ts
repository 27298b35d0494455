import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Bytes of all files below a directory. */
export const bytesIn = (directory: string): number =>
  readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(directory, name)))
    .filter((status) => status.isFile())
    .reduce((sum, { size }) => sum + size, 0);
