import {
  Callback,
  CallbackFailure,
  type Host,
  type HostResult,
  Terminated,
  Thrown,
  type Value,
} from "rhai-wasm";
import { type RunLimits, STOP } from "./limits.ts";
import type { Objects } from "./objects.ts";
import type { Reader } from "./reader.ts";
import type { ValueCodec } from "./value-codec.ts";
import type { Writer } from "./writer.ts";

/** First byte of an answer to the engine, and of a closure's result from it. */
const ANSWER = { value: 0, thrown: 1, terminated: 2, callback: 3 } as const;
const MODULE = { source: 0, notFound: 3 } as const;

/** Longest sleep before the run is asked again whether it may go on. */
const SLEEP_SLICE_MS = 50;
const pause = new Int32Array(new SharedArrayBuffer(4));

export interface RunOptions {
  readonly host: Host;
  readonly limits: RunLimits;
  /** A reason once the run is to end; asked every thousand operations and before every call of the host. */
  readonly cancelled?: () => string | undefined;
}

type Steps = Generator<Callback, Value, Value>;

/** What the host answers to one run. Nothing here may throw: an exception would unwind the engine's own frames. */
export class HostCalls {
  private readonly deadline: number;
  /** Operations that wait for a closure, innermost last. */
  private readonly waiting: Steps[] = [];
  /** A fault of the host's code: it ends the run. */
  failure: unknown;
  /** Why the run was ended, when it was. */
  reason = "";

  constructor(
    private readonly options: RunOptions,
    private readonly values: ValueCodec,
    private readonly objects: Objects,
  ) {
    this.deadline = performance.now() + options.limits.timeMs;
  }

  /** 0 to go on, or why not. */
  stop(): number {
    if (this.failure !== undefined) return STOP.host;
    if (performance.now() > this.deadline) return STOP.time;
    if (this.objects.size > this.options.limits.objects) return STOP.objects;
    const reason = this.options.cancelled?.();
    if (reason === undefined) return 0;
    this.reason = reason;
    return STOP.cancelled;
  }

  call(operation: number, from: Reader, line: number, column: number, out: Writer): void {
    this.answer(out, () => this.start(operation, from, line, column));
  }

  /** As `call`, for an operation that answers later; the deadline ends the wait. */
  async callAsync(operation: number, from: Reader, line: number, column: number, out: Writer): Promise<void> {
    let value: HostResult;
    try {
      value = await this.beforeDeadline(this.start(operation, from, line, column));
    } catch (error) {
      this.refuse(out, error);
      return;
    }
    this.answer(out, () => value);
  }

  resume(from: Reader, out: Writer): void {
    const steps = this.waiting.pop();
    this.answer(out, () => {
      if (!steps) throw new Error("no operation waits for a closure");
      const kind = from.u8();
      if (kind === ANSWER.value) return this.step(steps, () => steps.next(this.values.read(from)));
      const failure =
        kind === ANSWER.thrown
          ? new CallbackFailure(from.text(), this.values.read(from))
          : new Terminated("the run was ended in a closure");
      return this.step(steps, () => steps.throw(failure));
    });
  }

  importModule(from: Reader, line: number, column: number, out: Writer): void {
    const path = from.text();
    const importer = from.text();
    try {
      const position = { line, column };
      const found = this.options.host.importModule(path, importer === "" ? undefined : importer, position);
      out.reset();
      if (found) out.u8(MODULE.source).text(found.name).text(found.source);
      else out.u8(MODULE.notFound);
    } catch (error) {
      this.refuse(out, error);
    }
  }

  debug(text: string, line: number, column: number): void {
    try {
      this.options.host.debug(text, { line, column });
    } catch (error) {
      this.failure ??= error;
    }
  }

  sleep(seconds: number): number {
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const stop = this.stop();
      if (stop !== 0) return stop;
      const left = Math.min(until, this.deadline + 1) - performance.now();
      if (left <= 0 && performance.now() >= until) return 0;
      Atomics.wait(pause, 0, 0, Math.max(1, Math.min(left, SLEEP_SLICE_MS)));
    }
  }

  /** Ends operations that still wait, innermost first, so that they can let go of what they hold. */
  close(): void {
    while (this.waiting.length > 0) {
      try {
        this.waiting.pop()?.return(null);
      } catch (error) {
        this.failure ??= error;
      }
    }
  }

  private start(operation: number, from: Reader, line: number, column: number): HostResult {
    const stop = this.stop();
    if (stop !== 0) throw new Stopped(stop);
    return this.options.host.call(operation, this.values.readValues(from), { line, column });
  }

  private answer(out: Writer, make: () => HostResult | Callback): void {
    try {
      let result = make();
      if (isSteps(result)) {
        const steps = result;
        result = this.step(steps, () => steps.next(null));
      }
      out.reset();
      if (result instanceof Callback) {
        out.u8(ANSWER.callback).u32(result.fn.id).u32(result.args.length);
        for (const arg of result.args) this.values.write(out, arg);
      } else {
        out.u8(ANSWER.value);
        // A promise of an operation that is not declared to wait cannot be encoded: a mistake in the tables.
        this.values.write(out, result as Value);
      }
    } catch (error) {
      this.refuse(out, error);
    }
  }

  private step(steps: Steps, advance: () => IteratorResult<Callback, Value>): Value | Callback {
    const { done, value } = advance();
    if (done) return value;
    this.waiting.push(steps);
    return value;
  }

  private refuse(out: Writer, thrown: unknown): void {
    // What fails once the time is up fails because of that, and a script must not go on by catching it.
    const late = thrown instanceof Thrown && performance.now() > this.deadline;
    const error = late ? new Stopped(STOP.time) : thrown;
    out.reset();
    try {
      if (error instanceof Thrown) {
        this.values.write(out.u8(ANSWER.thrown), error.value);
        return;
      }
      if (error instanceof CallbackFailure) {
        // An operation that does not mind what its closure throws lets it through to the script.
        this.values.write(out.u8(ANSWER.thrown), error.value ?? error.message);
        return;
      }
    } catch (unwritable) {
      this.failure ??= unwritable;
      out.reset();
    }
    out.u8(ANSWER.terminated);
    if (error instanceof Stopped) this.values.write(out, BigInt(error.code));
    else {
      if (error instanceof Terminated) this.reason = error.message;
      else this.failure ??= error;
      this.values.write(out, BigInt(STOP.host));
    }
  }

  private async beforeDeadline(result: HostResult): Promise<HostResult> {
    if (!(result instanceof Promise)) return result;
    let timer: ReturnType<typeof setInterval> | undefined;
    const stopped = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        const stop = this.stop();
        if (stop !== 0) reject(new Stopped(stop));
      }, SLEEP_SLICE_MS);
    });
    try {
      return await Promise.race([result, stopped]);
    } finally {
      clearInterval(timer);
    }
  }
}

/** The run may not go on; `code` is one of {@link STOP}. */
class Stopped extends Error {
  constructor(readonly code: number) {
    super("stopped");
  }
}

function isSteps(result: unknown): result is Steps {
  return typeof result === "object" && result !== null && "next" in result && "throw" in result;
}
