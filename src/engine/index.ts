import type { Manifest } from "rhai-wasm";
import { loadModule, loadModuleSync, readImage } from "rhai-wasm/load.ts";
import { Engine, type EngineOptions } from "./engine.ts";

export { type CompileFault, compileFault } from "./compile.ts";
export type { Engine, EngineOptions, RunInput } from "./engine.ts";
export { EngineError, type EngineErrorCode } from "./errors.ts";
export type { RunOptions } from "./host-calls.ts";
export type { RunLimits } from "./limits.ts";
export type { Failure, FailureKind, RunResult, Success } from "./outcome.ts";

/** Starts compiling the engine, so that it is ready or nearly so when {@link createEngine} needs it. */
export function prepareEngine(): Promise<void> {
  return loadModule().then(() => undefined);
}

/** An engine for scripts that can call the functions of `manifest` and nothing else. */
export async function createEngine(manifest: Manifest, options: EngineOptions): Promise<Engine> {
  const image = readImage();
  return new Engine(await loadModule(), manifest, image ? { ...options, image } : options);
}

export { IMAGE } from "rhai-wasm/load.ts";

/** As {@link createEngine}, compiling at once and without an image. */
export function createEngineSync(manifest: Manifest, options: EngineOptions): Engine {
  return new Engine(loadModuleSync(), manifest, options);
}
