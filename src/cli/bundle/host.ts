import packageJson from "../../../package.json" with { type: "json" };
import type { Host } from "../../bundle/content/index.ts";
import { compileFault, createEngine, type Engine } from "../../engine/index.ts";
import { prepareCedar } from "../../policy/index.ts";
import { withAutonomy } from "../../runner/own-policies.ts";
import { ENGINE_OPTIONS, runLimits } from "../run-limits.ts";

let made: Promise<Engine> | undefined;

/** The engine with all that scripts can call, made at first use: few bundles have scripts. */
function engine(): Promise<Engine> {
  made ??= import("../../sdk/index.ts").then(({ surface }) => createEngine(surface.manifest, ENGINE_OPTIONS));
  return made;
}

/** This executable, as far as bundles are concerned; scripts are compiled by `engineOf`. */
export const hostWith = (engineOf: () => Promise<Engine>): Host => ({
  version: packageJson.version,
  prepare: async ({ scripts }) => {
    // Cedar is compiled on other threads meanwhile.
    const cedar = prepareCedar();
    if (scripts.size > 0) await engineOf();
    await cedar;
  },
  compile: async (script) => compileFault(await engineOf(), script, runLimits()),
  complete: withAutonomy,
});

export const HOST: Host = hostWith(engine);
