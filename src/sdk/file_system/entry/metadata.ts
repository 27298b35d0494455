import { HostObject, type Value } from "rhai-wasm";
import type { FileStatus } from "../../../platform/file.ts";
import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { object } from "../../parameters.ts";
import { accountNames } from "../effects/account-names.ts";
import { unknownAccount } from "../ownership.ts";
import { ENTRY_TYPE, entryTypeOf } from "./type.ts";

/** Owner and group of a file, by name. */
export class Ownership extends HostObject {
  constructor(
    readonly user: string,
    readonly group: string,
  ) {
    super();
  }
}

/** What was known of a file when it was asked for. */
export class Metadata extends HostObject {
  constructor(
    readonly status: FileStatus,
    readonly path: string,
    readonly owner: Ownership,
    /** What a link points to, where that may be read. */
    readonly symlinkTarget: string | undefined,
  ) {
    super();
  }
}

/** @throws {SdkError} `IdentityResolutionError` when owner or group have no name */
export function ownershipFrom(status: FileStatus): Ownership {
  const { user, group } = accountNames(status);
  if (user === undefined) throw unknownAccount("user", String(status.uid));
  if (group === undefined) throw unknownAccount("group", String(status.gid));
  return new Ownership(user, group);
}

/** @throws {SdkError} `IdentityResolutionError` when owner or group have no name */
export function metadataFrom(status: FileStatus, path: string, symlinkTarget?: string): Metadata {
  return new Metadata(status, path, ownershipFrom(status), symlinkTarget);
}

export const METADATA = {
  name: "Metadata",
  typeOf: "rust_safe_io::dir_entry::Metadata",
  class: Metadata,
  example: { variable: "metadata", expression: "file.metadata()" },
} as const;

export const OWNERSHIP = {
  name: "Ownership",
  typeOf: "rust_safe_io::Ownership",
  class: Ownership,
  example: { variable: "ownership", expression: "file.get_ownership()" },
} as const;

/** Bytes that one of the blocks in a status stands for. */
const BLOCK_BYTES = 512n;

export const allocatedBytes = ({ blocks }: FileStatus): bigint => BigInt(blocks) * BLOCK_BYTES;

/** Methods without parameters: what each returns, and the summary. */
const METHODS: readonly (readonly [
  name: string,
  returns: string,
  summary: string,
  get: (metadata: Metadata) => Value,
])[] = [
  ["type", ENTRY_TYPE.name, "What kind of file it is.", ({ status }) => entryTypeOf(status.type)],
  ["file_size", "i64", "Its size in bytes.", ({ status }) => BigInt(status.size)],
  ["blocks", "i64", "Blocks of 512 bytes that it takes.", ({ status }) => BigInt(status.blocks)],
  ["allocated_size", "i64", "Bytes that it takes on the disk.", ({ status }) => allocatedBytes(status)],
  ["num_hardlinks", "i64", "Names that it has.", ({ status }) => BigInt(status.nlink)],
  [
    "permissions",
    "i64",
    "Its mode: type, special bits and permissions.",
    ({ status }) => BigInt(status.mode),
  ],
  [
    "last_modified_time",
    "i64",
    "When its content was last changed, in seconds since 1970.",
    ({ status }) => BigInt(status.mtimeSec),
  ],
  [
    "last_modified_time_nanos_component",
    "i64",
    "Nanoseconds within the second of its last change.",
    ({ status }) => BigInt(status.mtimeNsec),
  ],
  [
    "symlink_target",
    "String or ()",
    "What the link points to; `()` where it is no link or may not be read.",
    ({ symlinkTarget }) => symlinkTarget ?? null,
  ],
];

const toMap = ({ status, owner, symlinkTarget }: Metadata): Value =>
  new Map<string, Value>([
    ["type", entryTypeOf(status.type).name],
    ["permissions", BigInt(status.mode)],
    ["file_size", BigInt(status.size)],
    ["allocated_size", allocatedBytes(status)],
    ["last_modified_time", BigInt(status.mtimeSec)],
    ["num_hardlinks", BigInt(status.nlink)],
    ["owner_user", owner.user],
    ["owner_group", owner.group],
    ["symlink_target", symlinkTarget ?? null],
  ]);

const self = object(METADATA);
const common = { source: "IoErrorKind", checks: [] } as const;

export const metadataNamespace: Namespace = {
  types: [METADATA, OWNERSHIP],
  constants: [],
  operations: [
    ...METHODS.map(([name, returns, summary, get]) =>
      operation({
        ...common,
        name,
        parameters: [self],
        returns,
        summary,
        example: `metadata.${name}()`,
        perform: (_call, metadata) => get(metadata),
      }),
    ),
    operation({
      ...common,
      name: "owner",
      kind: "getter",
      parameters: [self],
      returns: OWNERSHIP.name,
      summary: "Owner and group.",
      example: "metadata.owner",
      perform: (_call, { owner }) => owner,
    }),
    operation({
      ...common,
      name: "to_map",
      parameters: [self],
      returns: "Map",
      summary: "The metadata as a map.",
      example: "metadata.to_map()",
      perform: (_call, metadata) => toMap(metadata),
    }),
    ...(["user", "group"] as const).map((name) =>
      operation({
        ...common,
        name,
        kind: "getter",
        parameters: [object(OWNERSHIP)],
        returns: "String",
        summary: `Name of the ${name}.`,
        example: `ownership.${name}`,
        perform: (_call, ownership) => ownership[name],
      }),
    ),
  ],
};
