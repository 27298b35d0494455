import type { DirectoryEntry } from "../../../platform/file.ts";
import type { Call } from "../../operation.ts";
import { entriesOf } from "../effects/list.ts";
import { DirEntry } from "../entry/entry.ts";
import type { DirHandle } from "../handles.ts";
import { asIoErrors } from "../os-errors.ts";
import { ask, dir } from "../resource.ts";

/** What is in an open directory. Asks to read it. */
export function listDirectory({ access }: Call, handle: DirHandle): readonly DirectoryEntry[] {
  const resource = dir(handle.path);
  const token = access.require(ask("read", resource));
  return asIoErrors(() => entriesOf(token, resource.id, handle.fd));
}

/** The entries of an open directory by name, those that `wanted` takes. Asks to read it. */
export function listEntries(
  call: Call,
  handle: DirHandle,
  wanted: (name: string) => boolean = () => true,
): Map<string, DirEntry> {
  const listed = listDirectory(call, handle).filter(({ name }) => wanted(name));
  return new Map(listed.map((entry) => [entry.name, new DirEntry(handle, entry)]));
}
