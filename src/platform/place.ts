import { lstatSync, realpathSync } from "node:fs";
import { dirname } from "node:path";

/** The directories above the absolute `path`, nearest first, but for the root. */
export function ancestorsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === "/" ? [] : [parent, ...ancestorsOf(parent)];
}

/** Whether something is at `path`, a link too. What cannot be looked at counts as there. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** `path` without links, as far as it is there. */
export function withoutLinks(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    if (parent === path) return path;
    const above = withoutLinks(parent);
    return `${above === "/" ? "" : above}/${path.slice(path.lastIndexOf("/") + 1)}`;
  }
}
