import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
// Bun embeds the file in the executable; the import is its path there.
import engine from "./rhai.wasm" with { type: "file" };

let asynchronous: Promise<WebAssembly.Module> | undefined;
let synchronous: WebAssembly.Module | undefined;

/** The compiled module, compiled once a process. Asynchronously: other threads compile it while this one goes on. */
export function loadModule(): Promise<WebAssembly.Module> {
  asynchronous ??= WebAssembly.compile(readFileSync(engine)).then((module) => {
    synchronous = module;
    return module;
  });
  return asynchronous;
}

/** The compiled module, compiled at once if it is not yet. */
export function loadModuleSync(): WebAssembly.Module {
  synchronous ??= new WebAssembly.Module(readFileSync(engine));
  return synchronous;
}

/** The name under which the build embeds the image of an initialised engine, beside the code. */
export const IMAGE = "engine.image";

/** The embedded image of an engine's memory; `undefined` when the source is run as it is. */
export function readImage(): Uint8Array | undefined {
  const path = join(import.meta.dirname, IMAGE);
  return existsSync(path) ? readFileSync(path) : undefined;
}
