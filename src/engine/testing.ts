/** An engine with a few functions, for the tests of this room. */
import {
  Callback,
  type FunctionDefinition,
  type FunctionPointer,
  type Host,
  HostObject,
  type HostResult,
  type Manifest,
  type Position,
  type TypeDefinition,
  type Value,
} from "rhai-wasm";
import type { RunInput, RunLimits } from "./index.ts";

export const LIMITS: RunLimits = {
  operations: 0,
  callDepth: 64,
  stringBytes: 16 * 2 ** 20,
  arrayItems: 2 ** 16,
  mapItems: 2 ** 16,
  modules: 8,
  scriptBytes: 2 ** 20,
  objects: 100,
  timeMs: 20_000,
};

export const MEMORY = { memoryBytes: 32 * 2 ** 20 };

/** A handle that counts how often it was released. */
export class Handle extends HostObject {
  released = 0;
  constructor(readonly name: string) {
    super();
  }
  override release(): void {
    this.released++;
  }
}

export const HANDLE: TypeDefinition = { name: "Handle", typeOf: "test::Handle", class: Handle };
export const COLOUR: TypeDefinition = { name: "Colour", debug: "test::Colour", values: ["Red", "Green"] };

type Perform = (args: Value[], position: Position) => HostResult;
export interface TestFunction extends Omit<FunctionDefinition, "kind"> {
  readonly kind?: FunctionDefinition["kind"];
  readonly perform: Perform;
}

/** A manifest of `functions`, and a host that performs them. */
export function testHost(
  functions: readonly TestFunction[],
  more: Partial<Pick<Manifest, "constants">> & Partial<Pick<Host, "debug" | "importModule">> = {},
): { readonly manifest: Manifest; readonly host: Host } {
  return {
    manifest: {
      types: [HANDLE, COLOUR],
      constants: more.constants ?? [],
      functions: functions.map(({ perform: _, ...definition }) => ({ kind: "function", ...definition })),
    },
    host: {
      call: (operation, args, position) => {
        const called = functions[operation];
        if (!called) throw new Error(`no operation ${operation}`);
        return called.perform(args, position);
      },
      debug: more.debug ?? (() => undefined),
      importModule: more.importModule ?? (() => undefined),
    },
  };
}

/** Calls a closure once for each of `values`, and returns what it answered. */
export function* each(fn: Value | undefined, values: readonly Value[]): Generator<Callback, Value, Value> {
  const answers: Value[] = [];
  for (const value of values) answers.push(yield new Callback(fn as FunctionPointer, [value]));
  return answers;
}

export const input = (script: string, host: Host, more: Partial<RunInput> = {}): RunInput => ({
  script,
  host,
  limits: LIMITS,
  ...more,
});
