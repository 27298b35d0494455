import { baseName, parentOf } from "../file_system/resource.ts";

/** Where the kernel shows its parameters. */
export const PARAMETERS = "/proc/sys";

/** The file of a parameter, as the text of its key leads there. */
export interface Place {
  readonly directory: string;
  readonly name: string;
}

/** Where the parameter `key` is; its dots stand for slashes. */
export function placeOf(key: string): Place {
  const path = `${PARAMETERS}/${key.replaceAll(".", "/")}`;
  // There is always a directory above: the path begins with two.
  return { directory: parentOf(path) ?? "/", name: baseName(path) };
}

/** The key of the parameter at `path`. */
export const keyOf = (path: string): string => path.slice(PARAMETERS.length + 1).replaceAll("/", ".");
