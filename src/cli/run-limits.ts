import type { EngineOptions, RunLimits } from "../engine/index.ts";
import { LIMITS } from "../platform/limits.ts";

const PAGE_BYTES = 65_536;

/** The bounds of a run, which may last `timeMs`. */
export const runLimits = (timeMs: number = LIMITS.timeMs): RunLimits => ({
  operations: LIMITS.operations,
  callDepth: LIMITS.callDepth,
  stringBytes: LIMITS.stringBytes,
  arrayItems: LIMITS.arrayItems,
  mapItems: LIMITS.mapItems,
  modules: LIMITS.modules,
  scriptBytes: LIMITS.scriptBytes,
  objects: LIMITS.objects,
  timeMs,
});

export const ENGINE_OPTIONS: EngineOptions = { memoryBytes: LIMITS.memoryPages * PAGE_BYTES };
