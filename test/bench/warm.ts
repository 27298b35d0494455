import { ENGINE_OPTIONS, runLimits } from "../../src/cli/run-limits.ts";
import { createEngine } from "../../src/engine/index.ts";
import { createAccess, parsePolicySet, prepareCedar } from "../../src/policy/index.ts";
import { runScript } from "../../src/runner/index.ts";
import { callOperation, importModule, surface } from "../../src/sdk/index.ts";
import { median } from "./process.ts";

/** What one step costs in a process that stays. */
export interface Step {
  readonly name: string;
  readonly milliseconds: number;
}

const POLICY = "permit(principal, action, resource);";
const WARM_UP = 20;
const RUNS = 200;

const SCRIPTS: readonly (readonly [string, string])[] = [
  ["a tiny script", "40 + 2"],
  ["a script of 100 lines", "let x = 1;\nx += 1;\n".repeat(50)],
  ["a denied operation, caught", 'try { cat("/proc/version") } catch (error) { error.message }'],
];

/** Times the steps of which a run in a warm engine consists. */
export async function measureEngine(): Promise<readonly Step[]> {
  await prepareCedar();
  const started = performance.now();
  const policies = parsePolicySet(POLICY);
  const parsed = performance.now();
  const engine = await createEngine(surface.manifest, ENGINE_OPTIONS);
  const created = performance.now();
  const run = (script: string) =>
    runScript(
      engine,
      { manifest: surface.manifest, call: callOperation, importModule },
      {
        script,
        arguments: new Map(),
        access: createAccess(policies, "bench"),
        limits: runLimits(),
        logLevel: "INFO",
        startedAt: performance.now(),
      },
    );
  const steps = [
    { name: "parsing the first policy and the schema", milliseconds: parsed - started },
    { name: "making an engine with all operations", milliseconds: created - parsed },
  ];
  for (const [name, script] of SCRIPTS) {
    for (let index = 0; index < WARM_UP; index++) await run(script);
    const times: number[] = [];
    for (let index = 0; index < RUNS; index++) {
      const began = performance.now();
      const { status, error } = await run(script);
      times.push(performance.now() - began);
      if (status !== "SUCCESS") throw new Error(`${name}: ${error?.message}`);
    }
    steps.push({ name: `a run of ${name}`, milliseconds: median(times) });
  }
  return steps;
}
