/** A program of a few functions with a real engine, and a policy that nothing asks, for the tests of this room. */
import { EnumValue, type HostResult, Terminated, Thrown, type Value } from "rhai-wasm";
import { createEngineSync } from "../engine/index.ts";
import type { Access } from "../policy/types.ts";
import type { RunResult } from "./result.ts";
import { type Program, type RunInput, runScript } from "./run.ts";
import type { RunState } from "./run-state.ts";

export const NO_ACCESS: Access = {
  principal: 'User::"tester"',
  permit: () => undefined,
  vetoes: () => undefined,
  require: ({ action }) => {
    throw new Error(`${action} was asked for`);
  },
  tentative: () => NO_ACCESS,
  as: () => NO_ACCESS,
};

const KIND = { name: "IoErrorKind", values: ["NotFound", "PermissionDenied"] };
const thrown = (kind: string, message: string): Thrown =>
  new Thrown(
    new Map<string, Value>([
      ["kind", new EnumValue(KIND.name, KIND.values.indexOf(kind), kind)],
      ["message", message],
      ["source", "IoErrorKind"],
    ]),
  );

type Perform = (state: RunState, args: readonly Value[]) => HostResult;
interface Call {
  readonly parameters: readonly string[];
  readonly perform: Perform;
}
const FUNCTIONS: { readonly [name: string]: Call } = {
  alarm: {
    parameters: ["String"],
    perform: (state, [type]) => {
      state.publishAlarm({ type: String(type), details: "why" });
      return null;
    },
  },
  metric: {
    parameters: ["String"],
    perform: (state, [name]) => {
      state.publishMetric({ name: String(name), value: 2, unit: "COUNT", dimensions: new Map() });
      return null;
    },
  },
  fail: {
    parameters: ["String", "String"],
    perform: (_state, [kind, message]) => {
      throw thrown(String(kind), String(message));
    },
  },
  info: {
    parameters: ["String"],
    perform: (state, [message]) => {
      state.log("INFO", String(message), 4, "info");
      return null;
    },
  },
  end: {
    parameters: [],
    perform: () => {
      throw new Terminated("ended by the host");
    },
  },
  broken: {
    parameters: [],
    perform: () => {
      throw new Error("a mistake in the tables");
    },
  },
};
const names = Object.keys(FUNCTIONS);
const program: Program = {
  manifest: {
    types: [KIND],
    constants: [],
    functions: names.map((name) => ({
      name,
      kind: "function",
      parameters: FUNCTIONS[name]?.parameters ?? [],
    })),
  },
  call: (state, index, args) => {
    const called = FUNCTIONS[names[index] ?? ""];
    if (!called) throw new Error(`no function ${index}`);
    return called.perform(state, args);
  },
  importModule: (_state, path) => {
    if (path === "secret") throw thrown("PermissionDenied", "Permission denied: no");
    return path === "lib" ? { name: "lib", source: "fn twice(n) { n * 2 }" } : undefined;
  },
};

export const LIMITS = {
  operations: 100_000,
  callDepth: 32,
  stringBytes: 2 ** 20,
  arrayItems: 10_000,
  mapItems: 10_000,
  modules: 8,
  scriptBytes: 4096,
  objects: 100,
  timeMs: 20_000,
};
const engine = createEngineSync(program.manifest, { memoryBytes: 32 * 2 ** 20 });

/** Runs `script` with a real engine and the functions above. */
export const run = (script: string, more: Partial<RunInput> = {}): Promise<RunResult> =>
  runScript(engine, program, {
    script,
    arguments: new Map(),
    access: NO_ACCESS,
    limits: LIMITS,
    logLevel: "INFO",
    startedAt: performance.now(),
    ...more,
  });
