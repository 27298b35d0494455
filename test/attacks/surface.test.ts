/** Every operation with arguments that nobody expects: a value or an error that scripts catch, and nothing else. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngineSync, type Engine } from "../../src/engine/index.ts";
import { LIMITS } from "../../src/platform/limits.ts";
import type { AuthorizationRequest } from "../../src/policy/types.ts";
import { callOperation, surface } from "../../src/sdk/index.ts";
import { testRun } from "../../src/sdk/testing.ts";
import { type HostileCall, hostileCalls, scriptOf } from "./surface/calls.ts";
import { picture, plant } from "./surface/tree.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "remit-surface-")));
const data = join(base, "data");
afterAll(() => rmSync(base, { recursive: true, force: true }));

const CALLS = hostileCalls();
/** Calls that one script makes: more have more text than a script may. */
const AT_ONCE = 200;
const SCRIPTS = Array.from({ length: Math.ceil(CALLS.length / AT_ONCE) }, (_, index) =>
  CALLS.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
);

let engine: Engine;
beforeAll(() => {
  engine = createEngineSync(surface.manifest, { memoryBytes: 256 * 2 ** 20 });
});

interface Ending {
  readonly call: HostileCall;
  /** `value`, or the type of what was caught and what it says. */
  readonly text: string;
  /** The tree is no longer as it was before the call. */
  readonly changed: boolean;
}

/** Makes the calls in one run, each on a fresh tree, and returns how they ended. */
async function make(
  calls: readonly HostileCall[],
  allows: (request: AuthorizationRequest) => boolean,
): Promise<Ending[]> {
  const run = testRun(allows);
  const endings: Ending[] = [];
  plant(base);
  const before = picture(base);
  const result = await engine.run({
    script: scriptOf(data, calls),
    limits: { ...LIMITS, operations: 0, timeMs: 60_000 },
    host: {
      call: (index, args, position) => callOperation(run, index, args, position),
      importModule: () => undefined,
      debug: (text) => {
        const call = calls[endings.length];
        if (!call) throw new Error(`a call too many: ${text}`);
        const changed = picture(base) !== before;
        endings.push({ call, text: text.slice(1, -1), changed });
        if (changed) plant(base);
      },
    },
  });
  // What ends the run, a script could not catch.
  expect([result, calls[endings.length]?.expression]).toMatchObject([{ status: "ok" }, undefined]);
  return endings;
}

/** Errors of the SDK and of Rhai, as maps, and plain texts. */
const CAUGHT = /^(?:map (?:\w+Kind|Rhai) \w+|string )/;
/** What only a mistake of ours says. */
const INTERNAL =
  /undefined|\[object |is not a function|Cannot read|(?:Type|Range|Syntax)Error:|\n\s+at .*:\d+:\d+/;

const isBelow = ({ resource: { id } }: AuthorizationRequest) => id === data || id.startsWith(`${data}/`);
/** All that a file can be asked for; of the machine around the tree no more than that directories can be opened. */
const permissive = (request: AuthorizationRequest): boolean =>
  request.action.startsWith("file_system.") && (isBelow(request) || request.action === "file_system.open");

test("all parameters of a kind that has hostile values are tried", () => {
  const tried = new Set(CALLS.map(({ operation }) => operation));
  const kinds = ["String", "i64", "f64", "Array", "Map", "FnPtr"];
  const open = surface.operations.filter(({ parameters }) => parameters.some((type) => kinds.includes(type)));
  expect(open.filter((operation) => !tried.has(operation)).map(({ name }) => name)).toEqual([]);
});

describe.each(SCRIPTS.map((calls, index) => [index, calls] as const))("calls, part %d", (_, calls) => {
  test("under a policy that permits: what is refused leaves the tree as it was", async () => {
    for (const { call, text, changed } of await make(calls, permissive)) {
      const ending = [call.expression, text, changed] as const;
      if (text === "value") continue;
      expect(ending).toEqual([call.expression, expect.stringMatching(CAUGHT), false]);
      expect(ending).toEqual([call.expression, expect.not.stringMatching(INTERNAL), false]);
    }
  });

  test("under a policy that denies all: no effect, and no value of anything that is asked for", async () => {
    for (const { call, text, changed } of await make(calls, () => false)) {
      expect([call.expression, text, changed]).toEqual([call.expression, text, false]);
      if (text !== "value")
        expect([call.expression, text]).toEqual([call.expression, expect.stringMatching(CAUGHT)]);
      else if (!EMPTY.has(call.operation.name))
        expect([call.expression, call.operation.checks]).toEqual([call.expression, []]);
    }
  });
});

/** Operations that leave out what a policy denies, and may so return an empty list. */
const EMPTY: ReadonlySet<string> = new Set(["monitor_processes_cpu"]);
