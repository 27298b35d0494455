import { HostObject } from "rhai-wasm";
import type { DirectoryEntry, FileStatus, FileType } from "../../../platform/file.ts";
import { Denied } from "../../../policy/errors.ts";
import type { Call } from "../../operation.ts";
import { isRefusal } from "../directory/warning.ts";
import { statusOfEntry, statusOfOpen } from "../effects/status.ts";
import { targetOf } from "../effects/symlink.ts";
import { DirHandle, FileHandle, type OpenedFor, SymlinkHandle } from "../handles.ts";
import { openFile, openSubdir, openSubdirFollowing, openSymlink } from "../open.ts";
import { asIoErrors, ioError } from "../os-errors.ts";
import { ask, dir, file, join } from "../resource.ts";
import { type Metadata, metadataFrom } from "./metadata.ts";

/** A file that an entry keeps open, and lends to the script any number of times. */
class LentFile extends FileHandle {
  private lent = false;

  /** `file`, whose descriptors become this one's. */
  static of(file: FileHandle): LentFile {
    const { descriptor, directory, directoryPath, name, openedFor, resolvedPath } = file;
    const rest = resolvedPath === undefined ? [] : [resolvedPath];
    return new LentFile(descriptor, directory, directoryPath, name, openedFor, ...rest);
  }

  /** This handle for the script, which lets go of it once however often it was lent meanwhile. */
  lend(): this {
    if (!this.lent) {
      this.descriptor.retain();
      this.directory.retain();
    }
    this.lent = true;
    return this;
  }

  override release(): void {
    this.lent = false;
    super.release();
  }
}

type Opened = DirHandle | LentFile | SymlinkHandle;

/**
 * An entry of a directory as it was listed. It is opened when it is first used and then kept: what was looked at is
 * what a script gets to open.
 */
export class DirEntry extends HostObject {
  /** The directory that it is in. */
  readonly directory: DirHandle;
  private opened: Opened | undefined;

  constructor(
    parent: DirHandle,
    readonly listed: DirectoryEntry,
    /** It is a link that stands for what it leads to. */
    private readonly followed = false,
  ) {
    super();
    this.directory = new DirHandle(parent.descriptor.retain(), parent.path);
  }

  /** The entry of a link that is open already, and that becomes the entry's. */
  static ofLink(parent: DirHandle, link: SymlinkHandle, ino: bigint): DirEntry {
    const entry = new DirEntry(parent, { name: link.name, type: "symlink", ino });
    entry.opened = link;
    return entry;
  }

  get name(): string {
    return this.listed.name;
  }
  get type(): FileType {
    return this.listed.type;
  }
  get inode(): bigint {
    return this.listed.ino;
  }
  get path(): string {
    return join(this.directory.path, this.name);
  }

  openAsFile(call: Call, options: Partial<OpenedFor>): FileHandle {
    const opened = this.opened ?? this.openFile(call, options);
    if (opened instanceof LentFile) return opened.lend();
    throw ioError("EntryTypeMismatchError", "Entry type mismatch: DirEntry does not represent a file");
  }

  openAsDir(call: Call): DirHandle {
    const opened = this.opened ?? this.openDir(call);
    if (opened instanceof DirHandle) return new DirHandle(opened.descriptor.retain(), opened.path);
    throw ioError("EntryTypeMismatchError", "Entry type mismatch: DirEntry does not represent a dir");
  }

  /** Asks to open and to stat it, and looks at it. */
  status(call: Call): FileStatus {
    const opened = this.opened ?? this.open(call);
    if (opened) return statusOf(call, opened);
    const resource = file(this.path);
    const token = call.access.require(ask("stat", resource));
    return asIoErrors(() => statusOfEntry(token, resource.id, this.directory.fd, this.name));
  }

  /**
   * What this link leads to, as an entry of the link's name. Asks to stat the link, to open it as a file, else as a
   * directory, and to stat what that is.
   */
  follow(call: Call): { readonly entry: DirEntry; readonly status: FileStatus } {
    call.access.require(ask("stat", file(this.path)));
    const target =
      seen(() => this.openFile(call, { read: true, followSymlinks: true })) ?? seen(() => this.openDir(call));
    if (!target) {
      const reason = "Attempted to open unknown file type";
      throw ioError("Other", `Invalid filesystem entity for open: ${reason}: ${this.path}`);
    }
    const status = statusOf(call, target);
    const { name, inode: ino } = this;
    const entry = new DirEntry(this.directory, { name, type: status.type, ino }, true);
    // A file is opened again, by the options of who wants to use it.
    if (target instanceof DirHandle) entry.opened = new DirHandle(target.descriptor.retain(), target.path);
    return { entry, status };
  }

  metadata(call: Call): Metadata {
    const status = this.status(call);
    const target = this.opened instanceof SymlinkHandle ? readableTarget(call, this.opened) : undefined;
    return metadataFrom(status, this.path, target);
  }

  override release(): void {
    this.opened?.release();
    this.directory.release();
  }

  /** Opens it by its type; what is neither file, directory nor link stays closed: opening a device has effects. */
  private open(call: Call): Opened | undefined {
    if (this.type === "file") return this.openFile(call, { read: true });
    if (this.type === "dir") return this.openDir(call);
    if (this.type !== "symlink") return undefined;
    this.opened = openSymlink(call, this.directory, this.name);
    return this.opened;
  }

  private openFile(call: Call, options: Partial<OpenedFor>): LentFile {
    const followSymlinks = this.followed || (options.followSymlinks ?? false);
    const opened = LentFile.of(openFile(call, this.directory, this.name, { ...options, followSymlinks }));
    this.opened = opened;
    return opened;
  }

  private openDir(call: Call): DirHandle {
    const follow = this.followed || this.type === "symlink";
    this.opened = (follow ? openSubdirFollowing : openSubdir)(call, this.directory, this.name);
    return this.opened;
  }
}

/** What `open` returns; nothing where the policy or the system does not let it be opened. */
function seen<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof Denied || isRefusal(error)) return undefined;
    throw error;
  }
}

function statusOf({ access }: Call, opened: Opened): FileStatus {
  const resource = opened instanceof DirHandle ? dir(opened.path) : file(opened.path);
  const token = access.require(ask("stat", resource));
  return asIoErrors(() => statusOfOpen(token, resource.id, opened.fd));
}

/** What the link points to; `undefined` where the policy does not let it be read. */
function readableTarget({ access }: Call, link: SymlinkHandle): string | undefined {
  const token = access.permit(ask("read", file(link.path)));
  return token && asIoErrors(() => targetOf(token, link));
}

/** Metadata of a link itself. */
export function metadataOfLink(call: Call, link: SymlinkHandle): Metadata {
  const status = statusOf(call, link);
  return metadataFrom(status, link.path, readableTarget(call, link));
}
