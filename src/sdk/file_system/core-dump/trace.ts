import { HostObject, type Value } from "rhai-wasm";
import type { Namespace } from "../../namespace.ts";
import { recordType } from "../../record.ts";

/** One call on the stack of a thread. */
export class Frame extends HostObject {
  constructor(
    readonly number: number,
    readonly functionName: string,
    readonly instructionPointer: string | undefined,
    /** Source file, or the library where there is no source. */
    readonly source: string | undefined,
    readonly line: number | undefined,
  ) {
    super();
  }
}

/** One thread with its stack, innermost call first. */
export class TracedThread extends HostObject {
  constructor(
    /** The debugger's number of it. */
    readonly id: number,
    /** The kernel's number of it, where it is known. */
    readonly tid: number | undefined,
    readonly frames: readonly Frame[],
  ) {
    super();
  }
}

/** What the threads of a process were at. */
export class TracedProcess extends HostObject {
  constructor(
    readonly pid: number | undefined,
    readonly threads: readonly TracedThread[],
  ) {
    super();
  }
}

const PATH = "rust_safe_io::core_dump_analysis";
const whole = (value: number | undefined): Value => (value === undefined ? null : BigInt(value));

const frame = recordType<Frame>({
  name: "Frame",
  typeOf: `${PATH}::Frame`,
  class: Frame,
  example: { variable: "frame", expression: "task.frames[0]" },
  only: "linux",
  fields: {
    frame_number: { type: "i64", get: ({ number }) => BigInt(number) },
    function_name: { type: "String", get: ({ functionName }) => functionName },
    instruction_ptr: {
      type: "String or ()",
      get: ({ instructionPointer }) => instructionPointer ?? null,
    },
    source: { type: "String or ()", get: ({ source }) => source ?? null },
    line_number: { type: "i64 or ()", get: ({ line }) => whole(line) },
  },
});

const thread = recordType<TracedThread>({
  name: "TracedThread",
  typeOf: `${PATH}::TracedThread`,
  class: TracedThread,
  example: { variable: "task", expression: "traced.threads[0]" },
  only: "linux",
  fields: {
    id: { type: "i64", get: ({ id }) => BigInt(id) },
    tid: { type: "i64 or ()", get: ({ tid }) => whole(tid) },
    frames: {
      type: "Array<Frame>",
      get: ({ frames }) => [...frames],
      mapped: ({ frames }) => frames.map(frame.toMap),
    },
  },
});

const process = recordType<TracedProcess>({
  name: "TracedProcess",
  typeOf: `${PATH}::TracedProcess`,
  class: TracedProcess,
  example: { variable: "traced", expression: "dump.backtrace()" },
  only: "linux",
  fields: {
    pid: { type: "i64 or ()", get: ({ pid }) => whole(pid) },
    threads: {
      type: "Array<TracedThread>",
      get: ({ threads }) => [...threads],
      mapped: ({ threads }) => threads.map(thread.toMap),
    },
  },
});

/** The types of a trace, whatever was traced. */
export const traceNamespaces: readonly Namespace[] = [frame, thread, process];
