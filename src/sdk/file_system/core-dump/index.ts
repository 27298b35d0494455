import type { Value } from "rhai-wasm";
import { unsigned } from "../../conversion.ts";
import { TextError } from "../../errors.ts";
import type { Namespace } from "../../namespace.ts";
import { type Call, operation } from "../../operation.ts";
import { array, integer, object, text } from "../../parameters.ts";
import { OPEN_DIR_ERRORS, OPEN_FILE_ERRORS } from "../kinds.ts";
import { CoreDump } from "./core-dump.ts";
import { traceNamespaces } from "./trace.ts";

export { parseBacktrace } from "./backtrace.ts";
export { Frame, TracedProcess, TracedThread } from "./trace.ts";

const CORE_DUMP = {
  name: "CoreDump",
  typeOf: "rust_safe_io::core_dump_analysis::core_dump::CoreDump",
  class: CoreDump,
  example: { variable: "dump", expression: 'CoreDump("/srv/app/worker", "/srv/app/worker.core")' },
};

const common = { source: "IoErrorKind", only: "linux", checks: [] } as const;
const self = object(CORE_DUMP);

const DEBUGGED = {
  ...common,
  checks: [
    "fs:open Dir(/usr/bin)",
    "fs:open File(/usr/bin/gdb), and of where it leads",
    "fs:open Dir(<executable's parent>)",
    "fs:open File(<executable>)",
    "fs:read File(<executable>)",
    "fs:open Dir(<core's parent>)",
    "fs:open File(<core>)",
    "fs:read File(<core>)",
    "fs:execute File(<gdb>) with its commands as arguments",
  ],
} as const;

function variables(
  call: Call,
  dump: CoreDump,
  { thread, frame }: { readonly thread?: bigint; readonly frame: bigint },
  names: readonly Value[],
): Value {
  const threadNumber = thread === undefined ? undefined : unsigned("thread_id", thread);
  const found = dump.variables(call, threadNumber, unsigned("frame_number", frame), names.map(nameOf));
  return new Map<string, Value>(found);
}

const DEBUG_ERRORS = [...OPEN_DIR_ERRORS, ...OPEN_FILE_ERRORS, "InvalidPath", "RustixError"];

/** An integer is an expression, too. */
function nameOf(name: Value): string {
  if (typeof name === "string" || typeof name === "bigint") return String(name);
  throw new TextError("The name of a variable must be a string");
}

const operations = [
  operation({
    ...common,
    name: "CoreDump",
    parameters: [text("exe_path"), text("core_dump_path")],
    returns: CORE_DUMP.name,
    summary: "Names a core dump and the executable that left it; nothing is opened yet.",
    example: 'CoreDump("/srv/app/worker", "/srv/app/worker.core")',
    perform: (_call, executable, core) => new CoreDump(executable, core),
  }),
  operation({
    ...common,
    name: "to_map",
    parameters: [self],
    returns: "Map",
    summary: "The `CoreDump` as a map.",
    example: "dump.to_map()",
    perform: (_call, { executablePath, corePath }) =>
      new Map([
        ["exe_path", executablePath],
        ["core_dump_path", corePath],
      ]),
  }),
  operation({
    ...DEBUGGED,
    name: "backtrace",
    parameters: [self],
    returns: "TracedProcess",
    summary: "Reads what was called when the process died, with gdb.",
    errors: DEBUG_ERRORS,
    example: "dump.backtrace()",
    perform: (call, dump) => dump.backtrace(call),
  }),
  operation({
    ...DEBUGGED,
    name: "get_variables",
    parameters: [self, integer("frame_number"), array("variable_names")],
    returns: "Map<String,String>",
    summary: "Reads variables of a frame, with gdb; those that it has not are left out.",
    errors: ["InvalidArguments", ...DEBUG_ERRORS],
    example: 'dump.get_variables(0, ["count", "state"])',
    perform: (call, dump, frame, names) => variables(call, dump, { frame }, names),
  }),
  operation({
    ...DEBUGGED,
    name: "get_variables",
    parameters: [self, integer("thread_id"), integer("frame_number"), array("variable_names")],
    returns: "Map<String,String>",
    summary: "Reads variables of a frame of one thread, with gdb; those that it has not are left out.",
    errors: ["InvalidArguments", ...DEBUG_ERRORS],
    example: 'dump.get_variables(1, 0, ["count", "state"])',
    perform: (call, dump, thread, frame, names) => variables(call, dump, { thread, frame }, names),
  }),
];

/** Core dumps of programs that crashed. */
export const coreDumpNamespaces: readonly Namespace[] = [
  ...traceNamespaces,
  { types: [CORE_DUMP], constants: [], operations },
];
