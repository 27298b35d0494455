import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file that the build put into the executable; `undefined` when the source is run as it is. */
export function embeddedFile(name: string): Buffer | undefined {
  const path = join(import.meta.dirname, name);
  return existsSync(path) ? readFileSync(path) : undefined;
}
