import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Text of a file that the build put into the executable; `undefined` when the source is run as it is. */
export function embeddedText(name: string): string | undefined {
  const path = join(import.meta.dirname, name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Text of a file that the source imports by its path, which the executable holds. */
export const importedText = (path: string): string => readFileSync(path, "utf8");
