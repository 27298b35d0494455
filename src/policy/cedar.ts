import { readFileSync } from "node:fs";
import type * as Cedar from "@cedar-policy/cedar-wasm/web";
// The package's export map hides these two files; their paths are what Bun embeds.
import * as glueModule from "../../node_modules/@cedar-policy/cedar-wasm/esm/cedar_wasm_bg.js";
import * as wasmFile from "../../node_modules/@cedar-policy/cedar-wasm/esm/cedar_wasm_bg.wasm" with {
  type: "file",
};
import schemaPath from "../../policies/remit.cedarschema" with { type: "file" };
import { embeddedFile } from "./embedded-file.ts";
import { PolicyError } from "./errors.ts";
import { applyImage, packImage, unpackImage } from "./memory-image.ts";

/** wasm-bindgen's glue: Cedar's functions, and what puts an instance behind them. */
type Glue = typeof Cedar & { __wbg_set_wasm(exports: object): void };
const glue = glueModule as unknown as Glue;

/** What of an instance's exports is used here. */
interface CedarExports {
  readonly memory: WebAssembly.Memory;
  /** References to JavaScript values that the instance holds. */
  readonly __wbindgen_externrefs: WebAssembly.Table;
  readonly __wbindgen_start: () => void;
}

/** The file's declarations are those of its exports; what Bun imports is its path. */
const wasm = (wasmFile as unknown as { readonly default: string }).default;

/** Name under which the schema is parsed in each instance. */
export const SCHEMA = "remit";

let asynchronous: Promise<void> | undefined;
let module: WebAssembly.Module | undefined;
let live: CedarExports | undefined;
let generation = 0;

/** Compiles Cedar on other threads while this one goes on. */
export function prepareCedar(): Promise<void> {
  asynchronous ??= WebAssembly.compile(readFileSync(wasm)).then((compiled) => {
    module ??= compiled;
  });
  return asynchronous;
}

/** Cedar, with the schema parsed. Compiled now if {@link prepareCedar} has not been awaited. */
export function cedar(): typeof Cedar {
  if (!live) boot();
  return glue;
}

/** Counts the instances: what was parsed in an earlier one is gone. */
export const cedarGeneration = (): number => generation;

/** Throws the instance away. A trap leaves it poisoned: every later call would fail. */
export function discardCedar(): void {
  // Growing by nothing detaches the view that the glue caches of the old memory.
  live?.memory.grow(0);
  live = undefined;
}

function boot(): void {
  try {
    live = instantiate();
    generation++;
    if (!restoreImage(live)) parseSchema();
  } catch (cause) {
    live = undefined;
    throw new PolicyError("policy_engine", `the policy engine could not be started: ${String(cause)}`);
  }
}

function instantiate(): CedarExports {
  module ??= new WebAssembly.Module(readFileSync(wasm));
  const instance = new WebAssembly.Instance(module, { "./cedar_wasm_bg.js": glueModule });
  // The module is the package's own; its version is pinned.
  const exports = instance.exports as unknown as CedarExports;
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return exports;
}

function parseSchema(): void {
  const parsed = glue.preparseSchema(SCHEMA, schemaText());
  if (parsed.type === "failure") throw new Error(parsed.errors.map(({ message }) => message).join("; "));
}

/** The name under which the build embeds {@link cedarImage}, beside the code. */
export const IMAGE = "cedar.image";

/**
 * What parsing the schema changes in a new instance, which takes Cedar far longer than copying it: the schema, the
 * number of references, the memory.
 */
export function cedarImage(): Uint8Array {
  const fresh = instantiate();
  const before = new Uint8Array(fresh.memory.buffer).slice();
  live = fresh;
  parseSchema();
  const { memory, __wbindgen_externrefs: references } = fresh;
  const image = packImage(schemaText(), references.length, before, new Uint8Array(memory.buffer));
  discardCedar();
  return image;
}

/** Gives a new instance the embedded image. `false` where there is none (the source is run as it is) of this schema. */
function restoreImage({ memory, __wbindgen_externrefs: references }: CedarExports): boolean {
  const file = embeddedFile(IMAGE);
  if (file === undefined) return false;
  const image = unpackImage(file);
  if (image.key !== schemaText()) return false;
  applyImage(image, memory);
  references.grow(Math.max(image.extra - references.length, 0));
  return true;
}

/** The schema's text, embedded. */
export const schemaText = (): string => readFileSync(schemaPath, "utf8");

/** Calls Cedar; an instance that threw is thrown away before the error goes on. */
export function withCedar<T>(use: (engine: typeof Cedar) => T): T {
  const engine = cedar();
  try {
    return use(engine);
  } catch (error) {
    discardCedar();
    throw error;
  }
}

/** What `action` returns. A trap of Cedar, for which it is too much, is a fault of `what`. @throws {PolicyError} */
export function withinEngine<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof PolicyError) throw error;
    throw new PolicyError("policy_engine", `${what} cannot be used: it is too complex for the policy engine`);
  }
}
