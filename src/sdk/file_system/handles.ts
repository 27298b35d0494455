import { HostObject } from "rhai-wasm";
import type { Descriptor } from "./descriptor.ts";
import { join } from "./resource.ts";

/** An open directory. */
export class DirHandle extends HostObject {
  constructor(
    readonly descriptor: Descriptor,
    /** Its path as policies know it: the real path where links were followed, else the text given. */
    readonly path: string,
  ) {
    super();
  }
  get fd(): number {
    return this.descriptor.fd;
  }
  override release(): void {
    this.descriptor.release();
  }
}

/** What a file was opened for; fixed for the life of the handle. */
export interface OpenedFor {
  readonly read: boolean;
  readonly write: boolean;
  readonly create: boolean;
  readonly permissions: number | undefined;
  readonly followSymlinks: boolean;
}

/** Which file stands at the name of a handle, if a write through the handle or its like has put another there. */
export interface Replacement {
  current?: { readonly dev: bigint; readonly ino: bigint };
}

/** An open regular file, and the directory entry by which it was opened. */
export class FileHandle extends HostObject {
  /** Offset at which `read_page` and `write_in_place` continue, in bytes. */
  position = 0;
  /** Shared with the handles that writes have returned. */
  replacement: Replacement = {};

  constructor(
    readonly descriptor: Descriptor,
    /** The directory that `name` is in, held for as long as the file. */
    readonly directory: Descriptor,
    readonly directoryPath: string,
    readonly name: string,
    readonly openedFor: OpenedFor,
    /** Where a followed link led. */
    readonly resolvedPath?: string,
  ) {
    super();
  }
  get fd(): number {
    return this.descriptor.fd;
  }
  /** The entry it was opened by: delete and move act on this one. */
  get linkPath(): string {
    return join(this.directoryPath, this.name);
  }
  /** Where the content is: read, write, stat and chmod are authorized for this one. */
  get path(): string {
    return this.resolvedPath ?? this.linkPath;
  }
  override release(): void {
    this.descriptor.release();
    this.directory.release();
  }
}

/** A symbolic link itself, held by O_PATH. */
export class SymlinkHandle extends HostObject {
  constructor(
    readonly descriptor: Descriptor,
    readonly directory: Descriptor,
    readonly directoryPath: string,
    readonly name: string,
  ) {
    super();
  }
  get fd(): number {
    return this.descriptor.fd;
  }
  get path(): string {
    return join(this.directoryPath, this.name);
  }
  override release(): void {
    this.descriptor.release();
    this.directory.release();
  }
}

/** Names of the handles in scripts and in "Function not found". */
export const HANDLES = {
  dir: {
    name: "DirHandle",
    typeOf: "rust_safe_io::dir::common::RcDirHandle",
    class: DirHandle,
    example: {
      variable: "dir",
      expression: 'DirConfig().path("/srv/app").build().open(OpenDirOptions().build())',
    },
  },
  file: {
    name: "FileHandle",
    typeOf: "rust_safe_io::file::common::RcFileHandle",
    class: FileHandle,
    example: { variable: "file", expression: 'dir.open_file("app.log", reading)' },
  },
  symlink: {
    name: "SymlinkHandle",
    typeOf: "rust_safe_io::symlink::common::RcSymlinkHandle",
    class: SymlinkHandle,
    example: { variable: "link", expression: 'dir.open_symlink("current")' },
  },
} as const;
