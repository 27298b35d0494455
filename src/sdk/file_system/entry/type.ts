import { EnumValue } from "rhai-wasm";
import type { FileType } from "../../../platform/file.ts";
import type { Namespace } from "../../namespace.ts";

/** What an entry can be, in the order of the ordinals: for the platform, for scripts, and as a constant. */
const TYPES = [
  ["file", "File", "FILE"],
  ["dir", "Dir", "DIR"],
  ["symlink", "Symlink", "SYMLINK"],
  ["unknown", "Unknown", "UNKNOWN"],
  ["fifo", "Fifo", "FIFO"],
  ["socket", "Socket", "SOCKET"],
  ["char", "CharDevice", "CHAR_DEVICE"],
  ["block", "BlockDevice", "BLOCK_DEVICE"],
] as const satisfies readonly (readonly [FileType, string, string])[];

export const ENTRY_TYPE = {
  name: "EntryType",
  debug: "rust_safe_io::dir_entry::EntryType",
  values: TYPES.map(([, name]) => name),
};

const VALUES = TYPES.map(([type, name, constant], ordinal) => ({
  type,
  constant,
  value: new EnumValue(ENTRY_TYPE.name, ordinal, name),
}));
const BY_TYPE: ReadonlyMap<FileType, EnumValue> = new Map(VALUES.map(({ type, value }) => [type, value]));
const UNKNOWN = new EnumValue(ENTRY_TYPE.name, 3, "Unknown");

/** The type of a file as scripts compare it with `EntryType::FILE` and its like. */
export const entryTypeOf = (type: FileType): EnumValue => BY_TYPE.get(type) ?? UNKNOWN;

export const entryTypeNamespace: Namespace = {
  types: [ENTRY_TYPE],
  constants: VALUES.map(({ constant, value }) => ({ module: ENTRY_TYPE.name, name: constant, value })),
  operations: [],
};
