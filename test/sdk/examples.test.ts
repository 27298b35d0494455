/** Every example of the documentation is run, and calls what it is an example of. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { catalogue } from "../../src/cli/catalogue.ts";
import { ENGINE_OPTIONS, runLimits } from "../../src/cli/run-limits.ts";
import { createEngine, type Engine, prepareEngine } from "../../src/engine/index.ts";
import { NO_BUS } from "../../src/platform/bus/testing.ts";
import { effectiveUser } from "../../src/platform/identity.ts";
import { createAccess, parsePolicySet, prepareCedar } from "../../src/policy/index.ts";
import { runScript } from "../../src/runner/index.ts";
import { ERROR_KINDS } from "../../src/sdk/errors.ts";
import { callOperation, importModule, surface } from "../../src/sdk/index.ts";
import { createWorld, RATELIMIT, type World } from "./example-world.ts";
import { NO_LABELS } from "./labels.ts";
import { NO_MOUNTS } from "./mounts.ts";
import { NO_SETTINGS } from "./settings.ts";
import { CORE } from "./worker.ts";

setDefaultTimeout(30_000);

const items = catalogue(surface);
const variables = new Map(
  surface.manifest.types.flatMap(({ example }) => (example ? [[example.variable, example.expression]] : [])),
);

/** The statements that make what stands in `example`, and what stands in them. */
function declarations(example: string, seen: ReadonlySet<string> = new Set()): string {
  const used = [...variables].filter(
    ([name]) => !seen.has(name) && new RegExp(`\\b${name}\\b`).test(example),
  );
  return used
    .map(
      ([name, expression]) =>
        `${declarations(expression, new Set([...seen, name]))}let ${name} = ${expression};\n`,
    )
    .join("");
}

const isRoot = effectiveUser().uid === 0;
const mayUnshare = isRoot && spawnSync("unshare", ["-m", "true"]).status === 0;

/** Why examples that need a file of the kernel are skipped here; empty where they are not. */
function lacking(path: string, flags: string): string {
  try {
    closeSync(openSync(path, flags));
    return "";
  } catch {
    return ` (skipped: no access to ${path})`;
  }
}

const DRIVES = existsSync("/proc/diskstats") && readFileSync("/proc/diskstats", "utf8") !== "";

/** Examples that cannot run on this machine, and why. */
const LACKING: readonly { readonly of: RegExp; readonly what: string }[] = [
  { of: /\b(services|app_service|SystemctlManager)\b/, what: isRoot ? NO_BUS : " (skipped: not root)" },
  {
    of: /\bnsenter\(|\.trace\(.*ns_pid/,
    what: mayUnshare ? "" : " (skipped: needs root and unshare)",
  },
  { of: /\b(caches|cache|all_caches)\b|\bslab_info\(/, what: lacking("/proc/slabinfo", "r") },
  { of: /\blogged\b|\bdmesg(_info)?\(/, what: lacking("/dev/kmsg", "r") },
  {
    of: /"kernel\.printk_ratelimit"/,
    what: isRoot ? lacking(RATELIMIT, "r+") : " (skipped: not root)",
  },
  { of: /\bload_system\(/, what: isRoot ? NO_SETTINGS || lacking(RATELIMIT, "r+") : " (skipped: not root)" },
  { of: /\.trace\(/, what: existsSync("/usr/bin/gstack") ? "" : " (skipped: no gstack)" },
  { of: /\b(traced|task|frame)\b|dump\.(backtrace|get_variables)\(/, what: CORE ? "" : " (skipped: no gdb)" },
  { of: /\bset_extended_attr\(/, what: NO_LABELS },
  { of: /\bunmount\(/, what: NO_MOUNTS },
  { of: /\blsblk\(/, what: existsSync("/dev/disk/by-id") ? "" : " (skipped: no /dev/disk/by-id)" },
  { of: /\bdrive\b/, what: DRIVES ? "" : " (skipped: no drives)" },
];

let world: World;
let engine: Engine;
beforeAll(async () => {
  [world] = await Promise.all([createWorld(NO_BUS === ""), prepareEngine(), prepareCedar()]);
  engine = await createEngine(surface.manifest, ENGINE_OPTIONS);
});
afterAll(() => world.close());

/** Runs `example`: the operations it called, and what was asked of the policy for the last of them. */
async function run(example: string) {
  world.renew();
  const called: number[] = [];
  let asked = 0;
  const program = {
    manifest: surface.manifest,
    call: (...[state, operation, args, position]: Parameters<typeof callOperation>) => {
      called.push(operation);
      asked = 0;
      return callOperation(state, operation, args, position);
    },
    importModule,
  };
  const result = await runScript(engine, program, {
    script: world.inPlace(declarations(example) + example),
    arguments: new Map(),
    access: createAccess(parsePolicySet("permit(principal, action, resource);"), "tester", {
      onDecision: () => asked++,
    }),
    limits: runLimits(),
    logLevel: "INFO",
    startedAt: performance.now(),
  });
  return { result, called, asked };
}

test("every item but types and what is not there has an example", () => {
  const without = items.filter(
    ({ example, kind, name }) => example === undefined && kind !== "type" && !ABSENT.has(name),
  );
  expect(without.map(({ signature }) => signature)).toEqual([]);
});

test("a variable stands for one type", () => {
  const names = surface.manifest.types.flatMap(({ example }) => (example ? [example.variable] : []));
  expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
});

test("errors are kinds of their source", () => {
  const unknown = surface.operations.flatMap(({ name, source, errors = [] }) => {
    const kinds: readonly string[] = source === "text" ? errors : ERROR_KINDS[source];
    return errors.filter((error) => !kinds.includes(error)).map((error) => `${name}: ${error}`);
  });
  expect(unknown).toEqual([]);
});

const ABSENT: ReadonlySet<string> = new Set(["print", "eval"]);

describe("operations", () => {
  surface.operations.forEach((operation, index) => {
    const { example, checks, name, parameters } = operation;
    const lacking = LACKING.find(({ of, what }) => what !== "" && of.test(example))?.what ?? "";
    test.skipIf(lacking !== "")(`${name}(${parameters.join(", ")}): ${example}${lacking}`, async () => {
      const { result, called, asked } = await run(example);
      expect(result).toMatchObject({ status: "SUCCESS" });
      expect(called).toContain(index);
      if (called.at(-1) === index) expect(asked > 0).toBe(checks.length > 0);
    });
  });
});

describe("what else can be named", () => {
  const ofOperations = new Set(surface.operations.map(({ example }) => example));
  for (const { kind, example, signature } of items) {
    if (example === undefined || kind === "type" || ofOperations.has(example)) continue;
    test(signature, async () => {
      expect((await run(example)).result).toMatchObject({ status: "SUCCESS" });
    });
  }
});
