import { HostObject } from "rhai-wasm";
import type { Call } from "../../operation.ts";
import { requireRead } from "../access.ts";
import { execute } from "../content/execute/index.ts";
import type { Argument } from "../content/execute/options.ts";
import type { FileHandle } from "../handles.ts";
import { locate } from "../helpers/path.ts";
import { openDir, openFile } from "../open.ts";
import { ioError } from "../os-errors.ts";
import { using } from "../using.ts";
import { parseBacktrace } from "./backtrace.ts";
import type { TracedProcess } from "./trace.ts";
import { expectVariable, parseVariables, variableCommands } from "./variables.ts";

const DEBUGGER = "/usr/bin/gdb";
/** Frames that a backtrace has; the stack of an endless recursion has hundreds of thousands. */
const MAX_FRAMES = 10_000;

/** A core dump and the executable that left it. Nothing is opened until something is asked of it. */
export class CoreDump extends HostObject {
  private debugger: FileHandle | undefined;
  private executable: FileHandle | undefined;
  private core: FileHandle | undefined;

  constructor(
    readonly executablePath: string,
    readonly corePath: string,
    private readonly debuggerPath = DEBUGGER,
  ) {
    super();
  }

  backtrace(call: Call): TracedProcess {
    const { stdout, stderr } = this.debug(call, [`bt ${MAX_FRAMES}`]);
    if (stderr.includes("not in executable format"))
      throw ioError("Other", `Invalid executable: ${this.executablePath}`);
    const trace = parseBacktrace(stdout);
    if (trace) return trace;
    throw ioError(
      "Other",
      `Unable to parse trace for executable ${this.executablePath} and core file ${this.corePath}`,
    );
  }

  /** Values of the variables that the frame has, as gdb writes them. */
  variables(
    call: Call,
    thread: number | undefined,
    frame: number,
    names: readonly string[],
  ): ReadonlyMap<string, string> {
    for (const name of names) expectVariable(name);
    return parseVariables(this.debug(call, variableCommands(thread, frame, names)).stdout, names);
  }

  /** Asks for all that is opened, then for the execution with the commands as its arguments. */
  private debug(
    call: Call,
    commands: readonly string[],
  ): { readonly stdout: string; readonly stderr: string } {
    // The name of gdb is a link in some systems; the files of the script's choice must be none.
    this.debugger ??= open(call, this.debuggerPath, true);
    this.executable ??= openReadable(call, this.executablePath);
    this.core ??= openReadable(call, this.corePath);
    const args: readonly Argument[] = [
      { key: "-batch" },
      // Without the commands of .gdbinit files, one of which is in the working directory.
      { key: "-nx" },
      ...commands.map((command) => ({ key: `-ex=${command}` })),
      { key: descriptorPath(this.executable) },
      { key: descriptorPath(this.core) },
    ];
    return execute(call, this.debugger, {
      args,
      env: new Map(),
      capabilities: [],
      user: undefined,
      group: undefined,
      namespace: undefined,
    });
  }

  override release(): void {
    for (const handle of [this.debugger, this.executable, this.core]) handle?.release();
  }
}

function openReadable(call: Call, path: string): FileHandle {
  const handle = open(call, path, false);
  try {
    requireRead(call, handle);
    return handle;
  } catch (error) {
    handle.release();
    throw error;
  }
}

function open(call: Call, path: string, followSymlinks: boolean): FileHandle {
  expectName(path);
  const { directory, name } = locate(path, "file path");
  return using(openDir(call, directory, {}), (parent) =>
    openFile(call, parent, name, { read: true, followSymlinks }),
  );
}

function expectName(path: string): void {
  // A `.` says nothing but at the start of a relative path.
  const components = path.split("/").filter((part, index) => part !== "" && (part !== "." || index === 0));
  const name = components.at(-1);
  if (name === undefined) throw ioError("InvalidPath", "Invalid path: File has no parent directory");
  if (name === "." || name === "..") throw ioError("InvalidPath", "Invalid path: Invalid file name");
}

/** The file that was opened, for another program, whatever has become of its name. */
const descriptorPath = ({ fd }: FileHandle): string => `/proc/${process.pid}/fd/${fd}`;
