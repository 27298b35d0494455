/** The documents of TUF 4.3 to 4.6, as strictly as they can be taken. Members that are not known here may be there. */
import { z } from "zod";

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

/** `time` as TUF writes it; of no time, no text that it could be compared with. */
export const timeText = (time: Date): string =>
  Number.isNaN(time.getTime()) ? "" : time.toISOString().replace(/\.\d{3}Z$/, "Z");

/** JavaScript holds larger integers only roughly, and would take two versions for the same. */
const version = z.int().min(1);
const length = z.int().min(0);
const keyid = hex(64);

/** TUF 4.2.3. One that does not exist, such as 30 February, would be read as another one. */
const dateTime = z
  .string()
  .refine((text) => timeText(new Date(text)) === text, "no date and time as YYYY-MM-DDTHH:MM:SSZ")
  .transform((text) => new Date(text));

const key = z.looseObject({
  keytype: z.string(),
  scheme: z.string(),
  keyval: z.looseObject({ public: z.string() }),
});
const role = z.object({ keyids: z.array(keyid), threshold: z.int().min(1) });
const hashes = z.object({ sha256: hex(64).optional(), sha512: hex(128).optional() });

const metaFile = z.object({
  version,
  length: length.optional(),
  // Hashes of which none can be computed would be none.
  hashes: hashes.refine(({ sha256, sha512 }) => sha256 ?? sha512, "no hash that is known").optional(),
});
const metaFiles = z.record(z.string(), metaFile).transform((files) => new Map(Object.entries(files)));

const common = {
  /** Of another major version nothing is known (TUF 4.3, SPEC_VERSION). */
  spec_version: z.string().regex(/^1\.\d+(\.\d+)?$/),
  version,
  expires: dateTime,
};
const keys = z.record(keyid, key);

const delegatedRole = role
  .extend({
    name: z.string().min(1),
    terminating: z.boolean(),
    paths: z.array(z.string()).optional(),
    path_hash_prefixes: z.array(z.string().regex(/^[0-9a-f]{1,64}$/)).optional(),
  })
  .refine(({ paths, path_hash_prefixes }) => (paths === undefined) !== (path_hash_prefixes === undefined), {
    message: "exactly one of paths and path_hash_prefixes",
  });

/** TAP 15: bins by hashes of paths, which all have the same keys. */
const succinctRoles = role.extend({ bit_length: z.int().min(1).max(32), name_prefix: z.string().min(1) });

/** The roles that only a root delegates to. */
const TOP_ROLES: readonly string[] = ["root", "timestamp", "snapshot", "targets"];

const delegatedRoles = z
  .array(delegatedRole)
  .refine((roles) => new Set(roles.map(({ name }) => name)).size === roles.length, "two roles of one name")
  .refine((roles) => roles.every(({ name }) => !TOP_ROLES.includes(name)), "the name of a top role");

const delegations = z
  .object({ keys, roles: delegatedRoles.optional(), succinct_roles: succinctRoles.optional() })
  .refine(({ roles, succinct_roles }) => (roles === undefined) !== (succinct_roles === undefined), {
    message: "exactly one of roles and succinct_roles",
  });

const targetFile = z.object({
  length,
  hashes,
  custom: z.record(z.string(), z.unknown()).optional(),
});

/** What is signed, by the type of the document. */
export const SIGNED = {
  root: z.object({
    ...common,
    _type: z.literal("root"),
    /** Without it a file could change while it is read (TUF 6.2). */
    consistent_snapshot: z.literal(true),
    keys,
    roles: z.object({ root: role, timestamp: role, snapshot: role, targets: role }),
  }),
  timestamp: z.object({
    ...common,
    _type: z.literal("timestamp"),
    meta: z.object({ "snapshot.json": metaFile }),
    /** When it was signed: our own field, by which devices with a bad clock tell the time. */
    "x-issued": dateTime.optional(),
  }),
  snapshot: z.object({ ...common, _type: z.literal("snapshot"), meta: metaFiles }),
  targets: z.object({
    ...common,
    _type: z.literal("targets"),
    targets: z.record(z.string(), targetFile).transform((files) => new Map(Object.entries(files))),
    delegations: delegations.optional(),
  }),
} as const;

/** What stands around it. */
export const envelope = z.object({
  signed: z.looseObject({ _type: z.string() }),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string().regex(/^([0-9a-f]{2})*$/i) })),
});

export type MetadataType = keyof typeof SIGNED;
export type Signed<T extends MetadataType = MetadataType> = z.infer<(typeof SIGNED)[T]>;
export type KeyJson = z.infer<typeof key>;
export type RoleJson = z.infer<typeof role>;
export type Delegations = z.infer<typeof delegations>;
export type DelegatedRole = z.infer<typeof delegatedRole>;
export type SuccinctRoles = z.infer<typeof succinctRoles>;
export type MetaFile = z.infer<typeof metaFile>;
export type TargetFile = z.infer<typeof targetFile>;
