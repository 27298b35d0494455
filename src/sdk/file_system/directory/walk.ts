import type { DirectoryEntry, FileStatus } from "../../../platform/file.ts";
import { LIMITS, LimitError } from "../../../platform/limits.ts";
import type { Call } from "../../operation.ts";
import { statusOfOpen } from "../effects/status.ts";
import { DirEntry } from "../entry/entry.ts";
import { DirHandle } from "../handles.ts";
import { asIoErrors, fromPlatform } from "../os-errors.ts";
import { ask, dir } from "../resource.ts";
import { listDirectory } from "./list.ts";
import { orWarn } from "./warning.ts";

export interface WalkOptions {
  /** Entries of the root are at depth 1; those above this depth are gone through, but are no steps. */
  readonly minDepth?: number;
  /** Directories at this depth are not gone into. */
  readonly maxDepth?: number;
  /** Links are what they lead to, and each file comes once. */
  readonly followSymlinks?: boolean;
  /** What may not be read or opened ends the walk, instead of being left out with a warning. */
  readonly strict?: boolean;
  /** Whether an entry of this name is a step; directories are gone into in any case. */
  readonly named?: (name: string) => boolean;
  /** Whether to go into this directory; otherwise it is no step either. */
  readonly enters?: (directory: DirEntry) => boolean;
}

/**
 * A step of a walk. An entry belongs to who receives it, who releases it or hands it on; a directory is open until
 * the next step. The root is at depth 0.
 */
export type Step =
  | { readonly kind: "entry"; readonly entry: DirEntry; readonly depth: number }
  | { readonly kind: "enter"; readonly directory: DirHandle; readonly depth: number }
  | { readonly kind: "leave"; readonly directory: DirHandle; readonly depth: number };

/** A directory that the walk is in. */
interface Level {
  readonly directory: DirHandle;
  readonly entries: Iterator<DirectoryEntry>;
  begun: boolean;
}

/**
 * Goes through the tree below `root`, a directory before what is in it. Asks to read each directory and to open those
 * below the root; what may not be read or opened is left out with a warning.
 */
export function* walk(call: Call, root: DirHandle, options: WalkOptions): Generator<Step, void> {
  const tree = new Tree(call, options);
  try {
    tree.begin(root);
    for (let step = tree.next(); step; step = tree.next()) {
      yield step;
      if (step.kind === "leave") tree.leave();
    }
  } finally {
    tree.release();
  }
}

class Tree {
  private readonly levels: Level[] = [];
  /** Depths at which files were met, by device and inode. */
  private readonly met = new Map<string, number>();
  private entries = 0;

  constructor(
    private readonly call: Call,
    private readonly options: WalkOptions,
  ) {}

  get depth(): number {
    return this.levels.length;
  }

  begin(root: DirHandle): void {
    const { access } = this.call;
    const what = `Failed to list contents of root directory '${root.path}': `;
    this.enter(root, this.attempt(what, () => listDirectory(this.call, root)) ?? []);
    const token = this.options.followSymlinks ? access.permit(ask("stat", dir(root.path))) : undefined;
    if (token)
      this.meets(
        asIoErrors(() => statusOfOpen(token, dir(root.path).id, root.fd)),
        0,
      );
  }

  /** The next entry, or that a directory begins or is at its end. */
  next(): Step | undefined {
    for (;;) {
      const level = this.levels.at(-1);
      if (!level) return undefined;
      const { directory, entries } = level;
      const depth = this.levels.length;
      if (!level.begun) {
        level.begun = true;
        return { kind: "enter", directory, depth: depth - 1 };
      }
      const { value: listed, done } = entries.next();
      if (done) return { kind: "leave", directory, depth: depth - 1 };
      const step = depth >= (this.options.minDepth ?? 0) && (this.options.named?.(listed.name) ?? true);
      // Of what is no step, only this much is asked of the policy or of the system.
      if (!step && listed.type !== "dir" && !this.options.followSymlinks) continue;
      const entry = this.admitted(new DirEntry(directory, listed), depth);
      if (entry && step) return { kind: "entry", entry, depth };
      entry?.release();
    }
  }

  leave(): void {
    this.levels.pop()?.directory.release();
  }

  release(): void {
    while (this.levels.length > 0) this.leave();
  }

  /** `listed` if it is a step of the walk, gone into if it is a directory; released otherwise. */
  private admitted(listed: DirEntry, depth: number): DirEntry | undefined {
    let entry = listed;
    try {
      const found = this.options.followSymlinks ? this.followed(listed, depth) : listed;
      if (found !== listed) listed.release();
      if (!found) return undefined;
      entry = found;
      if (entry.type !== "dir" || this.goneInto(entry, depth)) return entry;
    } catch (error) {
      entry.release();
      throw error;
    }
    entry.release();
    return undefined;
  }

  /** What a link leads to, or another entry itself, the first time that it is met. */
  private followed(entry: DirEntry, depth: number): DirEntry | undefined {
    if (entry.type !== "symlink") {
      const what = `Failed to get metadata for '${entry.name}': `;
      const status = this.attempt(what, () => entry.status(this.call));
      return status && !this.meets(status, depth) ? entry : undefined;
    }
    if (depth < (this.options.minDepth ?? 0)) return undefined;
    const target = this.attempt("", () => entry.follow(this.call));
    if (!target) return undefined;
    if (!this.meets(target.status, depth)) return target.entry;
    target.entry.release();
    return undefined;
  }

  /** Whether it was met before; a directory that was met deeper counts as new. */
  private meets({ dev, ino, type }: FileStatus, depth: number): boolean {
    const key = `${dev}:${ino}`;
    const before = this.met.get(key);
    if (before !== undefined && (type !== "dir" || depth >= before)) return true;
    this.met.set(key, depth);
    return false;
  }

  /** Opens the directory and goes into it, as far as the options say. */
  private goneInto(entry: DirEntry, depth: number): boolean {
    const { enters, maxDepth = Number.POSITIVE_INFINITY } = this.options;
    const what = `Failed to open subdirectory '${entry.name}': `;
    const directory = this.attempt(what, () => entry.openAsDir(this.call));
    if (!directory) return false;
    try {
      if (enters && !enters(entry)) return false;
      if (depth >= maxDepth) return true;
      const problem = `Failed to list contents of directory '${directory.path}': `;
      const entries = this.attempt(problem, () => listDirectory(this.call, directory));
      if (entries) this.enter(directory, entries);
      return true;
    } finally {
      directory.release();
    }
  }

  private attempt<T>(what: string, act: () => T): T | undefined {
    return this.options.strict ? act() : orWarn(this.call, what, act);
  }

  private enter(directory: DirHandle, entries: readonly DirectoryEntry[]): void {
    this.entries += entries.length;
    if (this.entries > LIMITS.treeEntries) throw limit("treeEntries");
    if (this.depth > LIMITS.directoryDepth) throw limit("directoryDepth");
    this.levels.push({
      directory: new DirHandle(directory.descriptor.retain(), directory.path),
      entries: entries.values(),
      begun: false,
    });
  }
}

const limit = (name: "treeEntries" | "directoryDepth") => fromPlatform(new LimitError(name, LIMITS[name]));
