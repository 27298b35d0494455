import { createEngine, prepareEngine } from "../engine/index.ts";
import { endWithParent } from "../platform/bun-parent.ts";
import { endFirst } from "../platform/out-of-memory.ts";
import { openStateDirectory } from "../platform/state-directory.ts";
import { prepareCedar } from "../policy/index.ts";
import { logLevel, protectionPolicies, serveJobs } from "../runner/index.ts";
import { callOperation, importModule, surface } from "../sdk/index.ts";
import type { Given } from "./command.ts";
import { ENGINE_OPTIONS, runLimits } from "./run-limits.ts";

/** `remit runner`: what `remit serve` starts to run scripts in. Nobody calls it by hand. */
export async function runner({ options, lists }: Given): Promise<number> {
  endWithParent();
  // A script that takes all memory must not end the agent.
  endFirst();
  const state = options.get("state") ?? "";
  const directory = openStateDirectory(state);
  const policy = options.get("policy");
  const preparing = prepareEngine();
  const [engine] = await Promise.all([
    preparing.then(() => createEngine(surface.manifest, ENGINE_OPTIONS)),
    prepareCedar(),
  ]);
  await serveJobs({
    engine,
    program: { manifest: surface.manifest, call: callOperation, importModule },
    directory,
    ...(policy === undefined ? {} : { policy }),
    limits: runLimits,
    logLevel: logLevel(options.get("log-level")),
    decisionLogBytes: Number(options.get("decision-bytes")),
    // Loaded by the few that are asked.
    check: async (candidate, validated) => {
      const [{ checkCandidate }, { hostWith }] = await Promise.all([
        import("../bundle/content/index.ts"),
        import("./bundle/host.ts"),
      ]);
      return checkCandidate(candidate, { ...hostWith(async () => engine), validated });
    },
    protection: protectionPolicies({
      state,
      executable: options.get("executable") ?? "",
      files: lists.get("keep") ?? [],
      agent: process.ppid,
      address: options.get("listen"),
    }),
  });
  return 0;
}
