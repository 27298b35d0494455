import type { Action, AuthorizationRequest, Context, EntityUid, Resource } from "../../policy/types.ts";
import { SdkError } from "../errors.ts";

type FileAction = Extract<Action, `file_system.${string}`>;
type Verb = FileAction extends `file_system.${infer V}` ? V : never;

const DIR = "file_system::Dir";
const FILE = "file_system::File";

/** Longest path that Linux takes, in bytes (PATH_MAX less its NUL). */
const MAX_PATH_BYTES = 4095;

/** The directory at `path` as a policy sees it; one trailing slash is not part of its id. */
export const dir = (path: string): Resource => pathResource(DIR, path);
/** The file (or link, or any other leaf) at `path` as a policy sees it. */
export const file = (path: string): Resource => pathResource(FILE, path);

/** `verb` of namespace `file_system` on `resource`. */
export function ask<V extends Verb>(
  verb: V,
  resource: Resource,
  context?: Context,
): AuthorizationRequest<`file_system.${V}`> {
  // `file_system.${V}` is an Action for each Verb V, by Verb's definition.
  const action = `file_system.${verb}` as `file_system.${V}` & Action;
  return context ? { action, resource, context } : { action, resource };
}

function pathResource(type: string, text: string): Resource {
  validatePath(text);
  // Bytes of a name that are no UTF-8 are no text for a policy.
  const wellFormed = text.toWellFormed();
  const path = wellFormed.length > 1 && wellFormed.endsWith("/") ? wellFormed.slice(0, -1) : wellFormed;
  return { type, id: path, attributes: { path }, ancestors: ancestors(path) };
}

const cache = new Map<string, readonly EntityUid[]>();
/** Distinct parents kept; a walk over more directories starts anew. */
const CACHED_PARENTS = 4096;

/** The directories above `path`, nearest first. */
function ancestors(path: string): readonly EntityUid[] {
  const parent = parentOf(path);
  if (parent === undefined) return [];
  const known = cache.get(parent);
  if (known) return known;
  if (cache.size >= CACHED_PARENTS) cache.clear();
  const chain = [{ type: DIR, id: parent }, ...ancestors(parent)];
  cache.set(parent, chain);
  return chain;
}

/** `/a/b` of `/a/b/c` and of `/a/b//c`; `undefined` of `/`. */
export function parentOf(path: string): string | undefined {
  const end = trimSlashes(path, path.length);
  if (end === 0) return undefined;
  const slash = path.lastIndexOf("/", end - 1);
  return path.slice(0, Math.max(trimSlashes(path, slash), 1));
}

function trimSlashes(path: string, length: number): number {
  let end = length;
  while (end > 0 && path[end - 1] === "/") end--;
  return end;
}

/** The last component of `path`; empty for `/`. */
export function baseName(path: string): string {
  const end = trimSlashes(path, path.length);
  return path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

export const join = (directory: string, name: string): string =>
  directory.endsWith("/") ? directory + name : `${directory}/${name}`;

const FORBIDDEN = '<>"|?*';

/**
 * Refuses what cannot be the id of a path: not absolute, `..`, control characters or any of `< > " | ? *`.
 * @throws {SdkError} kind `Other`
 */
export function validatePath(path: string): void {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw new SdkError("IoErrorKind", "IoError", "File name too long (os error 36)");
  for (const character of path) {
    const code = character.codePointAt(0) ?? 0;
    // Control characters are Unicode's category Cc: C0, DEL and C1.
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f) || FORBIDDEN.includes(character)) {
      throw new SdkError("IoErrorKind", "Other", `Path contains invalid characters ${path}`);
    }
  }
  if (!path.startsWith("/")) throw new SdkError("IoErrorKind", "Other", `Path is not absolute ${path}`);
  if (path.split("/").includes(".."))
    throw new SdkError("IoErrorKind", "Other", `Path traversal detected ${path}`);
}
