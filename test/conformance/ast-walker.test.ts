/** The cases of the language agree on Rhai's AST walker as they do on its bytecode VM, which is what runs otherwise. */
import { beforeAll, describe, expect, test } from "bun:test";
import { ENGINE_OPTIONS, runLimits } from "../../src/cli/run-limits.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { effectiveUser } from "../../src/platform/identity.ts";
import { createAccess, parsePolicySet, prepareCedar } from "../../src/policy/index.ts";
import { parseArguments, runScript } from "../../src/runner/index.ts";
import { callOperation, importModule, surface } from "../../src/sdk/index.ts";
import { type Case, readCases } from "./case.ts";
import { disagreements } from "./compare.ts";
import { observe } from "./run-case.ts";

let engine: Engine;
beforeAll(async () => {
  await prepareCedar();
  engine = await createEngine(surface.manifest, ENGINE_OPTIONS);
});

const cases = (readCases().get("language") ?? []).filter(
  ({ difference, files = [], compare: { after = [] } }) =>
    // Those that touch files are run with the executable.
    difference === undefined && files.length === 0 && after.length === 0,
);

async function walk({ script, policy, arguments: given = {} }: Case) {
  const user = effectiveUser().name;
  const fill = (text: string) => text.replaceAll("{{USER}}", user).replaceAll("{{ROOT}}", "/nonexistent");
  const result = await runScript(
    engine,
    { manifest: surface.manifest, call: callOperation, importModule },
    {
      script: fill(script),
      arguments: parseArguments(fill(JSON.stringify(given))),
      access: createAccess(parsePolicySet(fill(policy)), user),
      limits: runLimits(),
      logLevel: "INFO",
      walkAst: true,
      startedAt: performance.now(),
    },
  );
  return observe(result, (text) => text.replaceAll("/nonexistent", "{{ROOT}}"));
}

describe("conformance: language, by walking the AST", () => {
  for (const candidate of cases) {
    test(candidate.id, async () => {
      expect(disagreements(candidate, await walk(candidate))).toEqual([]);
    });
  }
});
