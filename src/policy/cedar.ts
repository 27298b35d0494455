import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as Cedar from "@cedar-policy/cedar-wasm/web";
// The package's export map hides these two files; their paths are what Bun embeds.
import * as glueModule from "../../node_modules/@cedar-policy/cedar-wasm/esm/cedar_wasm_bg.js";
import * as wasmFile from "../../node_modules/@cedar-policy/cedar-wasm/esm/cedar_wasm_bg.wasm" with {
  type: "file",
};
import schemaPath from "../../policies/remit.cedarschema" with { type: "file" };
import { PolicyError } from "./errors.ts";

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

const PAGE_BYTES = 65_536;

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
    module ??= new WebAssembly.Module(readFileSync(wasm));
    const instance = new WebAssembly.Instance(module, {
      "./cedar_wasm_bg.js": glueModule,
    });
    // The module is the package's own; its version is pinned.
    live = instance.exports as unknown as CedarExports;
    glue.__wbg_set_wasm(live);
    live.__wbindgen_start();
    generation++;
    if (!restoreImage(live)) parseSchema();
  } catch (cause) {
    live = undefined;
    throw new PolicyError("policy_engine", `the policy engine could not be started: ${String(cause)}`);
  }
}

function parseSchema(): void {
  const parsed = glue.preparseSchema(SCHEMA, schemaText());
  if (parsed.type === "failure") throw new Error(parsed.errors.map(({ message }) => message).join("; "));
}

/** The name under which the build embeds {@link cedarImage}, beside the code. */
export const IMAGE = "cedar.image";
const DIGEST_BYTES = 32;
const HEADER_BYTES = DIGEST_BYTES + 4;

const schemaDigest = (): Buffer => createHash("sha256").update(schemaText()).digest();

/**
 * The memory of an instance that has parsed the schema, which takes Cedar far longer than copying the result: the
 * schema's digest, the number of references, the memory.
 */
export function cedarImage(): Uint8Array {
  cedar();
  discardCedar();
  boot();
  if (!live) throw new Error("no instance");
  const references = Buffer.alloc(4);
  references.writeUInt32LE(live.__wbindgen_externrefs.length);
  return Buffer.concat([schemaDigest(), references, new Uint8Array(live.memory.buffer)]);
}

/** Gives a new instance the embedded image. `false` where there is none (the source is run as it is) of this schema. */
function restoreImage({ memory, __wbindgen_externrefs: references }: CedarExports): boolean {
  const path = join(import.meta.dirname, IMAGE);
  if (!existsSync(path)) return false;
  const image = readFileSync(path);
  if (!image.subarray(0, DIGEST_BYTES).equals(schemaDigest())) return false;
  const content = image.subarray(HEADER_BYTES);
  const missing = content.length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  new Uint8Array(memory.buffer).set(content);
  references.grow(Math.max(image.readUInt32LE(DIGEST_BYTES) - references.length, 0));
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
