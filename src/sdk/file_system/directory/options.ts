import { DATE_TIME } from "../../common/date-time.ts";
import type { Namespace } from "../../namespace.ts";
import { field, fieldNotInitialized, mustBeInitialized, options, required } from "../../options.ts";
import { ioError } from "../os-errors.ts";
import { SIZE_RANGE } from "../size.ts";

const PATH = "rust_safe_io::options";
/** A depth that no path reaches. */
export const UNLIMITED_DEPTH = 2n ** 63n - 1n;

const invalid = (reason: string) => ioError("ValidationError", `Validation error: ${reason}`);

export const dirConfig = options({
  name: "DirConfig",
  path: "rust_safe_io::dir::open_dir",
  summary: "Begins the configuration of a directory: its absolute path.",
  fields: { path: required(field.text(), fieldNotInitialized) },
  examples: { path: '"/srv/app"' },
});

export const openDirOptions = options({
  name: "OpenDirOptions",
  path: PATH,
  summary: "Begins the options of how a directory is opened; what follows links is never created.",
  fields: { create: field.boolean(), recursive: field.boolean(), follow_symlinks: field.boolean() },
});

export const openFileOptions = options({
  name: "OpenFileOptions",
  path: PATH,
  summary: "Begins the options of how a file is opened.",
  example: { variable: "reading", expression: "OpenFileOptions().read(true).build()" },
  fields: {
    read: field.boolean(),
    write: field.boolean(),
    create: field.boolean(),
    permissions: field.integer(undefined),
    follow_symlinks: field.boolean(),
  },
  examples: { permissions: "0o640" },
  chain: ".read(true).write(true)",
  implied: {
    create: (values) => {
      if (values.create) values.write = true;
    },
  },
});

export const deleteDirOptions = options({
  name: "DeleteDirOptions",
  path: PATH,
  summary: "Begins the options of how a directory is removed.",
  fields: { force: field.boolean(), recursive: field.boolean() },
});

export const moveOptions = options({
  name: "MoveOptions",
  path: PATH,
  summary: "Begins the options of a move.",
  fields: { backup: field.boolean(), verbose: field.boolean() },
});

export const findOptions = options({
  name: "FindOptions",
  path: PATH,
  summary: "Begins the options of what is to be found.",
  fields: {
    name: field.text(),
    iname: field.text(),
    regex: field.text(),
    negate_name: field.boolean(),
    size_range: field.object(SIZE_RANGE),
    min_depth: field.integer(0n),
    max_depth: field.integer(UNLIMITED_DEPTH),
    max_creation_time: field.object(DATE_TIME),
    min_creation_time: field.object(DATE_TIME),
    max_modification_time: field.object(DATE_TIME),
    min_modification_time: field.object(DATE_TIME),
    follow_symlinks: field.boolean(),
  },
  examples: {
    name: '"*.log"',
    iname: '"readme*"',
    regex: '"/logs/.*[.]log$"',
    size_range: "large",
    max_depth: "3",
    max_creation_time: "now()",
    min_creation_time: "now() - 3600",
    max_modification_time: "now()",
    min_modification_time: "now() - 3600",
  },
  chain: '.name("*.log").min_modification_time(now() - 3600)',
  validate: ({ name, iname, regex, negate_name, size_range }) => {
    if ([name, iname, regex].filter((pattern) => pattern !== undefined).length > 1) {
      throw invalid("Only one of 'name', 'iname', or 'regex' can be specified");
    }
    if (negate_name && name === undefined && iname === undefined) {
      throw invalid("negate_name can only be used with 'name' or 'iname' patterns");
    }
    if ((size_range?.min ?? 0n) < 0n) throw invalid("Size range minimum must be non-negative");
    if ((size_range?.max ?? 0n) < 0n) throw invalid("Size range maximum must be non-negative");
  },
});

export const chmodDirOptions = options({
  name: "ChmodDirOptions",
  path: PATH,
  summary: "Begins the options of a change of permissions.",
  only: "unix",
  fields: {
    permissions: required(field.integer(undefined), mustBeInitialized),
    recursive: field.boolean(),
  },
  examples: { permissions: "0o750" },
});

export const setOwnershipOptions = options({
  name: "SetOwnershipOptions",
  path: PATH,
  summary: "Begins the options of a change of owner or group, by name; what is not set stays.",
  only: "unix",
  fields: { user: field.text(), group: field.text(), recursive: field.boolean() },
  examples: { user: '"app"', group: '"app"' },
  chain: '.user("app").group("app")',
});

/** Refuses what cannot be measured at the same time. */
export function expectMeasurable(options: {
  readonly summarize: boolean;
  readonly all_files: boolean;
}): void {
  if (options.summarize && options.all_files) throw invalid("cannot both summarize and show all entries");
}

export const diskUsageOptions = options({
  name: "DiskUsageOptions",
  path: PATH,
  summary: "Begins the options of a measurement.",
  only: "unix",
  fields: {
    summarize: field.boolean(),
    all_files: field.boolean(),
    one_file_system: field.boolean(),
    count_hard_links: field.boolean(),
    apparent_size: field.boolean(),
    max_depth: field.integer(UNLIMITED_DEPTH),
    track_largest_subdir: field.boolean(),
  },
  examples: { max_depth: "2" },
  validate: expectMeasurable,
});

export const createSymlinkOptions = options({
  name: "CreateSymlinkOptions",
  path: PATH,
  summary: "Begins the options of a new link; with `force` it replaces a file of its name.",
  only: "unix",
  fields: { force: field.boolean() },
});

/** The values that `build()` of `definition` leaves. */
export type ValuesOf<
  D extends {
    readonly type: { readonly class: abstract new (...args: never[]) => { readonly values: unknown } };
  },
> = InstanceType<D["type"]["class"]>["values"];

export const optionNamespaces: readonly Namespace[] = [
  ...[
    dirConfig,
    openDirOptions,
    openFileOptions,
    deleteDirOptions,
    moveOptions,
    findOptions,
    chmodDirOptions,
    setOwnershipOptions,
    diskUsageOptions,
    createSymlinkOptions,
  ].map(({ namespace }) => namespace),
];
