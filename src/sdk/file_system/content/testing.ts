/** Real files and handles for tests of operations on content. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Value } from "rhai-wasm";
import { caller, type TestRun, testRun } from "../../testing.ts";
import { type DirHandle, type FileHandle, HANDLES, type OpenedFor } from "../handles.ts";
import { openDir, openFile } from "../open.ts";
import { contentNamespaces } from "./index.ts";

const everything = testRun();
const asCall = { run: everything, access: everything.access, line: 1, warn: () => {} };
/** The handles are types of the directories and files. */
const handles = { types: Object.values(HANDLES), constants: [], operations: [] };
const call = caller([handles, ...contentNamespaces]);

/** A fresh directory; what it opens needs no permission of a test's policy. */
export class Sandbox {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "remit-content-")));
  private readonly handles: (DirHandle | FileHandle)[] = [];

  directory(name = ""): DirHandle {
    return this.keep(openDir(asCall, join(this.path, name), {}));
  }

  open(name: string, options: Partial<OpenedFor> = { read: true }): FileHandle {
    const handle = openFile(asCall, this.directory(), name, options);
    return this.keep(handle);
  }

  /** A file with this content, open for reading. */
  file(name: string, content: string | Uint8Array, mode = 0o644): FileHandle {
    writeFileSync(join(this.path, name), content, { mode });
    return this.open(name);
  }

  /** Lets go of all that is open. */
  close(): void {
    for (const handle of this.handles.splice(0)) handle.release();
  }

  remove(): void {
    this.close();
    rmSync(this.path, { recursive: true, force: true });
  }

  private keep<T extends DirHandle | FileHandle>(handle: T): T {
    this.handles.push(handle);
    return handle;
  }
}

/** The options that a script builds: `built("CompressGzipOptions", { level: 9n })`. */
export function built(name: string, values: { readonly [option: string]: Value } = {}): Value {
  const builder = call(everything, name);
  for (const [option, value] of Object.entries(values)) call(everything, option, builder, value);
  return call(everything, "build", builder);
}

/** Calls `name` with everything allowed. */
export const perform = (name: string, ...args: Value[]): Value => call(everything, name, ...args);

/** Calls `name` in `run`. */
export const performIn = (run: TestRun, name: string, ...args: Value[]): Value => call(run, name, ...args);

/** A run that is denied `verb` on `path`. */
export const denied = (verb: string, path: string): TestRun =>
  testRun(({ action, resource }) => action !== `file_system.${verb}` || resource.id !== path);
