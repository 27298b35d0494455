import type { Manifest, Value } from "rhai-wasm";
import { EngineError } from "./errors.ts";
import { HostCalls, type RunOptions } from "./host-calls.ts";
import { Instance } from "./instance.ts";
import { writeManifest } from "./manifest-codec.ts";
import { Objects } from "./objects.ts";
import { type Failure, type RunResult, readOutcome } from "./outcome.ts";
import type { Reader } from "./reader.ts";
import { Types, waits } from "./types.ts";
import { ValueCodec } from "./value-codec.ts";
import { Writer } from "./writer.ts";

export interface RunInput extends RunOptions {
  readonly script: string;
  /** Variables that the script finds, by name. */
  readonly scope?: ReadonlyMap<string, Value>;
  /** Walks the AST instead of compiling to Grain's bytecode; the slower one, by which the faster is judged. */
  readonly walkAst?: boolean;
}

export interface EngineOptions {
  /**
   * Memory that one run may use, in bytes; at most 400 MiB. A single operation can use up to {@link HEADROOM}
   * times as much before the run is ended.
   */
  readonly memoryBytes: number;
  /** What {@link Engine.image} returned for this manifest: saves registering it. One of another manifest is ignored. */
  readonly image?: Uint8Array;
}

const PAGE_BYTES = 65_536;
/** An operation at most doubles what there is (`a += a`), so that the bound is met between two operations. */
const HEADROOM = 2.25;

/**
 * A loop with a counter, `for (item, index) in …`, or what a comment may hide of one. Grain counts in the wrong variable
 * where the script has been given some (Rhai 1.27.0, `ITER_NEXT_INDEXED` without the frame's base), so that such a
 * script walks the AST.
 */
const COUNTED_LOOP = /\bfor\s*[(/]/;

/** A Rhai engine with the functions of one manifest. It runs one script at a time, each in fresh state. */
export class Engine {
  private readonly objects = new Objects();
  private readonly values: ValueCodec;
  private readonly request = new Writer();
  private readonly waits: boolean;
  private readonly memoryBytes: number;
  private instance: Instance;
  private busy = false;
  /** The manifest as the module is told it. */
  private readonly manifest: Uint8Array;
  /** The instance's memory is what the last run left. */
  private used = false;

  constructor(module: WebAssembly.Module, manifest: Manifest, { memoryBytes, image }: EngineOptions) {
    const types = new Types(manifest.types);
    this.values = new ValueCodec(types, this.objects);
    this.waits = waits(manifest);
    this.memoryBytes = memoryBytes;
    this.instance = new Instance(module, this.objects, Math.floor((memoryBytes * HEADROOM) / PAGE_BYTES));
    const out = new Writer();
    writeManifest(out, manifest, types, this.values);
    this.manifest = out.written();
    const { length } = this.manifest;
    if (image && Buffer.compare(image.subarray(0, length), this.manifest) === 0) {
      this.instance.adopt(image.subarray(length));
    } else this.instance.initialise(this.manifest);
  }

  /** The memory of an engine that has registered its manifest, for {@link EngineOptions.image}. */
  image(): Uint8Array {
    return Buffer.concat([this.manifest, this.instance.image]);
  }

  /** Runs `input.script`. @throws {EngineError} for a fault that is not the script's. */
  async run(input: RunInput): Promise<RunResult> {
    if (this.busy) throw new EngineError("engine_busy", "the engine is running a script");
    const size = Buffer.byteLength(input.script);
    if (size > input.limits.scriptBytes) {
      return atLimit(
        "scriptBytes",
        `the script has ${size} bytes, more than the ${input.limits.scriptBytes} that it may have`,
      );
    }
    this.busy = true;
    const calls = new HostCalls(input, this.values, this.objects);
    try {
      const result = await this.attempt(input, calls);
      if (calls.failure !== undefined) throw calls.failure;
      return result;
    } finally {
      calls.close();
      this.objects.clear();
      this.busy = false;
    }
  }

  private async attempt(input: RunInput, calls: HostCalls): Promise<RunResult> {
    // Before a run, not after it: the last run of a process needs none. Handles are released by the table, of which the
    // memory knows nothing.
    if (this.used && !this.instance.restore()) this.instance = this.instance.replacement();
    this.used = true;
    const request = this.encode(input);
    let outcome: RunResult;
    try {
      const reader: Reader = this.waits
        ? await this.instance.runWaiting(request, calls)
        : this.instance.run(request, calls);
      outcome = readOutcome(reader, this.values, calls.reason);
    } catch (cause) {
      const trapped = this.instance;
      this.instance = trapped.replacement();
      this.used = false;
      return afterTrap(trapped, cause);
    }
    return outcome;
  }

  private encode({ script, scope = new Map(), limits, walkAst = false }: RunInput): Uint8Array {
    const out = this.request.reset();
    out.i64(BigInt(limits.operations)).u32(limits.callDepth).u32(limits.modules);
    out.u32(limits.stringBytes).u32(limits.arrayItems).u32(limits.mapItems).u32(this.memoryBytes);
    out
      .u8(walkAst || (scope.size > 0 && COUNTED_LOOP.test(script)) ? 1 : 0)
      .text(script)
      .u32(scope.size);
    for (const [name, value] of scope) this.values.write(out.text(name), value);
    return out.written();
  }
}

/** A trap at the end of the memory or of the stack is the script's doing; any other is ours. */
function afterTrap(instance: Instance, cause: unknown): Failure {
  if (instance.exhausted()) return atLimit("memoryBytes", "the script needs more memory than it may use");
  // Too deep for the host's stack, or for the module's own, which lies at the start of its memory.
  if (
    cause instanceof RangeError ||
    (cause instanceof WebAssembly.RuntimeError && /bounds/i.test(cause.message))
  )
    return atLimit("stack", "the script nests deeper than the engine's stack");
  throw new EngineError("engine_trap", "the engine failed; the run is over", { cause });
}

function atLimit(limit: string, message: string): Failure {
  return { status: "error", kind: "limit", limit, message, error: "", position: { line: 0, column: 0 } };
}
