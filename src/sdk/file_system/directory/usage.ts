import { HostObject, type Value } from "rhai-wasm";
import type { FileStatus } from "../../../platform/file.ts";
import type { Namespace } from "../../namespace.ts";
import { type Call, operation } from "../../operation.ts";
import { object } from "../../parameters.ts";
import { recordType } from "../../record.ts";
import { statusOfEntry, statusOfOpen } from "../effects/status.ts";
import type { DirEntry } from "../entry/entry.ts";
import { allocatedBytes } from "../entry/metadata.ts";
import { DirHandle } from "../handles.ts";
import { asIoErrors } from "../os-errors.ts";
import { ask, dir, file } from "../resource.ts";
import { type diskUsageOptions, expectMeasurable, UNLIMITED_DEPTH, type ValuesOf } from "./options.ts";
import { walk } from "./walk.ts";
import { orWarn } from "./warning.ts";

type Options = ValuesOf<typeof diskUsageOptions>;

/** What a file, or a directory with all that is in it, takes. */
export class DiskUsageEntry extends HostObject {
  constructor(
    readonly path: string,
    readonly sizeBytes: bigint,
    readonly inodeCount: bigint,
  ) {
    super();
  }
}

export class DiskUsageResult extends HostObject {
  constructor(
    readonly entries: readonly DiskUsageEntry[],
    readonly largest: DirHandle | undefined,
  ) {
    super();
  }
  override release(): void {
    this.largest?.release();
  }
}

/** What was counted of a directory so far. */
interface Count {
  bytes: bigint;
  inodes: bigint;
}

/**
 * Measures the tree of an open directory. Asks to stat it, to read each directory, and to open and stat each entry;
 * what is denied below the root is left out with a warning. Directories come after what is in them.
 */
export function measure(call: Call, root: DirHandle, options: Options): DiskUsageResult {
  expectMeasurable(options);
  const measurement = new Measurement(call, options, statusOfDirectory(call, root));
  try {
    const enters = (entry: DirEntry) => measurement.isInside(entry);
    for (const step of walk(call, root, options.one_file_system ? { enters } : {})) {
      if (step.kind === "enter") measurement.enter();
      else if (step.kind === "leave") measurement.leave(step.directory, step.depth);
      else measurement.add(step.entry, step.depth);
    }
    return measurement.result();
  } catch (error) {
    measurement.largest?.release();
    throw error;
  }
}

/** As {@link measure}, for who needs the entries alone. */
export function diskUsage(
  call: Call,
  root: DirHandle,
  options: {
    readonly summarize: boolean;
    readonly allFiles: boolean;
    readonly apparentSize: boolean;
    readonly maxDepth?: bigint;
  },
): readonly DiskUsageEntry[] {
  return measure(call, root, {
    summarize: options.summarize,
    all_files: options.allFiles,
    apparent_size: options.apparentSize,
    max_depth: options.maxDepth ?? UNLIMITED_DEPTH,
    one_file_system: false,
    count_hard_links: false,
    track_largest_subdir: false,
  }).entries;
}

class Measurement {
  private readonly entries: DiskUsageEntry[] = [];
  /** Counts of the directories that the walk is in. */
  private readonly counts: Count[] = [];
  /** Files with several names that were counted, by device and inode. */
  private readonly counted = new Set<string>();
  private largestBytes = 0n;
  largest: DirHandle | undefined;

  constructor(
    private readonly call: Call,
    private readonly options: Options,
    private readonly root: FileStatus,
  ) {}

  result(): DiskUsageResult {
    return new DiskUsageResult(this.entries, this.largest);
  }

  /** Whether the directory is on the file system of the root. */
  isInside(entry: DirEntry): boolean {
    const status = orWarn(this.call, `du: cannot access '${entry.name}': `, () => entry.status(this.call));
    return status?.dev === this.root.dev;
  }

  enter(): void {
    this.counts.push({ bytes: 0n, inodes: 0n });
  }

  add(entry: DirEntry, depth: number): void {
    try {
      if (entry.type === "dir") return;
      const what = `du: cannot access '${entry.name}': `;
      const status = orWarn(this.call, what, () => statusUnopened(this.call, entry));
      if (!status || this.isCounted(status)) return;
      if (this.options.one_file_system && status.dev !== this.root.dev) return;
      const bytes = this.bytesOf(status);
      const count = this.counts.at(-1);
      if (count && status.type === "file") {
        count.bytes += bytes;
        count.inodes++;
      }
      if (this.options.all_files && this.isShown(depth))
        this.entries.push(new DiskUsageEntry(entry.path, bytes, 1n));
    } finally {
      entry.release();
    }
  }

  leave(directory: DirHandle, depth: number): void {
    const count = this.counts.pop();
    const what = `du: cannot access '${directory.path}': `;
    const status =
      depth === 0 ? this.root : orWarn(this.call, what, () => statusOfDirectory(this.call, directory));
    if (!count || !status) return;
    const bytes = count.bytes + this.bytesOf(status);
    const inodes = count.inodes + 1n;
    const parent = this.counts.at(-1);
    if (parent) {
      parent.bytes += bytes;
      parent.inodes += inodes;
    }
    if (!this.isShown(depth)) return;
    this.entries.push(new DiskUsageEntry(directory.path, bytes, inodes));
    if (this.options.track_largest_subdir && depth > 0 && bytes > this.largestBytes) {
      this.largest?.release();
      this.largest = new DirHandle(directory.descriptor.retain(), directory.path);
      this.largestBytes = bytes;
    }
  }

  private isShown(depth: number): boolean {
    return (!this.options.summarize || depth === 0) && BigInt(depth) <= this.options.max_depth;
  }

  private isCounted({ dev, ino, nlink }: FileStatus): boolean {
    if (this.options.count_hard_links || nlink < 2) return false;
    const key = `${dev}:${ino}`;
    if (this.counted.has(key)) return true;
    this.counted.add(key);
    return false;
  }

  private bytesOf(status: FileStatus): bigint {
    return this.options.apparent_size ? BigInt(status.size) : allocatedBytes(status);
  }
}

/** The status of an entry that is no directory. Measuring reads nothing, so a file that cannot be read counts too. */
function statusUnopened({ access }: Call, entry: DirEntry): FileStatus {
  const resource = file(entry.path);
  if (entry.type === "file" || entry.type === "symlink") access.require(ask("open", resource));
  const token = access.require(ask("stat", resource));
  return asIoErrors(() => statusOfEntry(token, resource.id, entry.directory.fd, entry.name));
}

/** Asks to stat an open directory, and looks at it. */
export function statusOfDirectory({ access }: Call, handle: DirHandle): FileStatus {
  const resource = dir(handle.path);
  const token = access.require(ask("stat", resource));
  return asIoErrors(() => statusOfOpen(token, resource.id, handle.fd));
}

const RESULT = {
  name: "DiskUsageResult",
  typeOf: "rust_safe_io::dir::unix::disk_usage::DiskUsageResult",
  class: DiskUsageResult,
  example: {
    variable: "usage",
    expression: "dir.disk_usage(DiskUsageOptions().track_largest_subdir(true).build())",
  },
} as const;

const getter = { kind: "getter", source: "IoErrorKind", checks: [], parameters: [object(RESULT)] } as const;

export const DISK_USAGE_RESULT = RESULT.name;

export const usageNamespaces: readonly Namespace[] = [
  recordType({
    name: "DiskUsageEntry",
    typeOf: "rust_safe_io::dir::unix::disk_usage::DiskUsageEntry",
    class: DiskUsageEntry,
    example: { variable: "item", expression: "usage.entries[0]" },
    fields: {
      path: { type: "String", get: ({ path }) => path },
      size_bytes: { type: "i64", get: ({ sizeBytes }) => sizeBytes },
      inode_count: { type: "i64", get: ({ inodeCount }) => inodeCount },
    },
  }),
  {
    types: [RESULT],
    constants: [],
    operations: [
      operation({
        ...getter,
        name: "entries",
        returns: "Array<DiskUsageEntry>",
        summary: "A `DiskUsageEntry` for each directory, and for each file where that was asked for.",
        example: "usage.entries",
        perform: (_call, { entries }): Value => [...entries],
      }),
      operation({
        ...getter,
        name: "largest_subdir_handle",
        returns: "DirHandle or ()",
        summary: "The largest directory below the root, where that was asked for, else `()`.",
        example: "usage.largest_subdir_handle",
        perform: (_call, { largest }) =>
          largest ? new DirHandle(largest.descriptor.retain(), largest.path) : null,
      }),
    ],
  },
];
