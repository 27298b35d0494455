import packageJson from "../../../package.json" with { type: "json" };
import type { Host } from "../../bundle/content/index.ts";
import { compileFault, createEngine, type Engine, prepareEngine } from "../../engine/index.ts";
import { withAutonomy } from "../../runner/own-policies.ts";
import { ENGINE_OPTIONS, runLimits } from "../run-limits.ts";

let engine: Promise<Engine> | undefined;

/** The engine with all that scripts can call, made at first use: few bundles have scripts. */
async function makeEngine(): Promise<Engine> {
  const { surface } = await import("../../sdk/index.ts");
  return createEngine(surface.manifest, ENGINE_OPTIONS);
}

/** This executable, as far as bundles are concerned. */
export const HOST: Host = {
  version: packageJson.version,
  // Another thread compiles it while this one looks at the policies.
  expectScripts: () => void prepareEngine().catch(() => undefined),
  compile: async (script) => {
    engine ??= makeEngine();
    return compileFault(await engine, script, runLimits());
  },
  complete: withAutonomy,
};
