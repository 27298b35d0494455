import { EngineError } from "./errors.ts";
import type { HostCalls } from "./host-calls.ts";
import type { Objects } from "./objects.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

const PAGE_BYTES = 65_536;
const OS_PAGE_BYTES = 4096;
/** Pages that the module itself asks for; `wasm-ld` fails to link if it needs more. */
const INITIAL_PAGES = 48;
/** Memory beyond the image that a finished run may leave before the instance is replaced. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** The module's exports, as `lib.rs`, `run.rs`, `buffer.rs` and `memory.rs` have them. */
interface Exports {
  readonly initialise: (length: number) => void;
  readonly run: (length: number) => number;
  readonly reserve: (length: number) => number;
  readonly memory_exhausted: () => number;
  readonly memory_used: () => number;
}

/** A function as the module imports it: its arguments are what the Rust declaration in `import.rs` says. */
type Imported = (...args: never[]) => unknown;

/** JSPI, which lib.dom does not declare yet: https://webassembly.github.io/js-promise-integration/ */
interface PromiseIntegration {
  readonly Suspending?: new (fn: (...args: never[]) => Promise<unknown>) => Imported;
  readonly promising?: (fn: (length: number) => number) => (length: number) => Promise<number>;
}
const jspi = WebAssembly as unknown as PromiseIntegration;

/** One instance of the engine with its memory. It outlives its runs until it traps or has grown too far. */
export class Instance {
  private readonly memory: WebAssembly.Memory;
  private readonly exports: Exports;
  private readonly out = new Writer();
  /** The run in progress; the imports answer for it. */
  private calls: HostCalls | undefined;
  /** The memory as it is before a run. */
  image: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly module: WebAssembly.Module,
    private readonly objects: Objects,
    private readonly maximumPages: number,
  ) {
    this.memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: maximumPages });
    try {
      const instance = new WebAssembly.Instance(module, {
        env: { memory: this.memory },
        host: this.imports(),
      });
      // The module is our own build, and CI compares it with its source.
      this.exports = instance.exports as unknown as Exports;
    } catch (cause) {
      throw new EngineError("engine_load", "the embedded engine could not be started", { cause });
    }
  }

  /** Registers the manifest and keeps the memory's image, to which every run returns. */
  initialise(manifest: Uint8Array): void {
    this.exports.initialise(this.send(manifest));
    this.image = this.bytes().slice(0, this.exports.memory_used());
  }

  /** A new instance of the same image. */
  replacement(): Instance {
    const fresh = new Instance(this.module, this.objects, this.maximumPages);
    fresh.adopt(this.image);
    return fresh;
  }

  /** Takes the memory of another instance of the same module for its own. */
  adopt(image: Uint8Array): void {
    const missing = image.length - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.image = image;
    const bytes = this.bytes();
    // Most of a new memory is zeros, as most of the image is: pages that are not written to cost nothing.
    for (let at = 0; at < image.length; at += OS_PAGE_BYTES) {
      const page = image.subarray(at, at + OS_PAGE_BYTES);
      if (Buffer.compare(page, bytes.subarray(at, at + page.length)) !== 0) bytes.set(page, at);
    }
  }

  /** Back to the image. `false` when memory has grown so far that a new instance is better. */
  restore(): boolean {
    const used = this.exports.memory_used();
    if (used > this.image.length + KEPT_BYTES) return false;
    const bytes = this.bytes();
    bytes.fill(0, this.image.length, used);
    bytes.set(this.image);
    return true;
  }

  /** Runs `request` and returns a reader of its outcome. Throws what WebAssembly throws at a trap. */
  run(request: Uint8Array, calls: HostCalls): Reader {
    this.calls = calls;
    try {
      return this.outcome(this.exports.run(this.send(request)));
    } finally {
      this.calls = undefined;
    }
  }

  /** As `run`, for a manifest with functions that wait. */
  async runWaiting(request: Uint8Array, calls: HostCalls): Promise<Reader> {
    if (!jspi.promising) throw new EngineError("engine_load", "this runtime has no JS promise integration");
    this.calls = calls;
    try {
      return this.outcome(await jspi.promising(this.exports.run)(this.send(request)));
    } finally {
      this.calls = undefined;
    }
  }

  /** Whether the memory's maximum is what a trap came from. */
  exhausted(): boolean {
    return this.exports.memory_exhausted() !== 0;
  }

  private outcome(address: number): Reader {
    const length = new DataView(this.memory.buffer).getUint32(address, true);
    return this.reader(address + 4, length);
  }

  private imports(): Record<string, Imported> {
    const active = (): HostCalls => {
      if (!this.calls) throw new Error("no run in progress");
      return this.calls;
    };
    const send = () => this.send(this.out.written());
    return {
      call: (operation: number, address: number, length: number, line: number, column: number) => {
        active().call(operation, this.reader(address, length), line, column, this.out);
        return send();
      },
      call_async: this.suspending(
        async (operation: number, address: number, length: number, line: number, column: number) => {
          await active().callAsync(operation, this.reader(address, length), line, column, this.out);
          return send();
        },
      ),
      resume: (address: number, length: number) => {
        active().resume(this.reader(address, length), this.out);
        return send();
      },
      import_module: (address: number, length: number, line: number, column: number) => {
        active().importModule(this.reader(address, length), line, column, this.out);
        return send();
      },
      debug: (address: number, length: number, line: number, column: number) =>
        active().debug(new TextDecoder().decode(this.bytes().slice(address, address + length)), line, column),
      release: (id: number) => this.objects.release(id),
      // i64 arrives as a bigint; how many operations there were is Rhai's own limit to check.
      progress: (_operations: bigint) => active().stop(),
      now: () => performance.now() / 1000,
      sleep: (seconds: number) => active().sleep(seconds),
    };
  }

  private suspending(fn: (...args: never[]) => Promise<number>): Imported {
    return jspi.Suspending
      ? new jspi.Suspending(fn)
      : () => {
          throw new EngineError("engine_load", "this runtime has no JS promise integration");
        };
  }

  /** Copies `message` to where the module expects it; returns its length. */
  private send(message: Uint8Array): number {
    const address = this.exports.reserve(message.length);
    new Uint8Array(this.memory.buffer, address, message.length).set(message);
    return message.length;
  }

  private reader(address: number, length: number): Reader {
    return new Reader(new Uint8Array(this.memory.buffer, address, length));
  }

  private bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }
}
