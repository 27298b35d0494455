/** Every operation with arguments that nobody expects: a value or an error that scripts catch, and nothing else. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuthorizationRequest } from "../../src/policy/types.ts";
import { surface } from "../../src/sdk/index.ts";
import { type HostileCall, hostileCalls } from "./surface/calls.ts";
import { CAUGHT, hostileEngine, make, permissive } from "./surface/run.ts";
import { plant } from "./surface/tree.ts";

// Some calls wait for a name to be resolved.
setDefaultTimeout(60_000);

const base = realpathSync(mkdtempSync(join(tmpdir(), "remit-surface-")));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const CALLS = hostileCalls();
/** Calls that one script makes: more have more text than a script may. */
const AT_ONCE = 200;
const SCRIPTS = Array.from({ length: Math.ceil(CALLS.length / AT_ONCE) }, (_, index) =>
  CALLS.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
);

const engine = hostileEngine();
const made = (calls: readonly HostileCall[], allows: (request: AuthorizationRequest) => boolean) =>
  make(engine, calls, allows, base, () => plant(base));

/** What only a mistake of ours says. */
const INTERNAL =
  /undefined|\[object |is not a function|Cannot read|(?:Type|Range|Syntax)Error:|\n\s+at .*:\d+:\d+/;

test("all parameters of a kind that has hostile values are tried", () => {
  const tried = new Set(CALLS.map(({ operation }) => operation));
  const kinds = ["String", "i64", "f64", "Array", "Map", "FnPtr"];
  const open = surface.operations.filter(({ parameters }) => parameters.some((type) => kinds.includes(type)));
  expect(open.filter((operation) => !tried.has(operation)).map(({ name }) => name)).toEqual([]);
});

describe.each(SCRIPTS.map((calls, index) => [index, calls] as const))("calls, part %d", (_, calls) => {
  test("under a policy that permits: what is refused leaves the tree as it was", async () => {
    for (const { call, text, changed } of await made(calls, permissive(base))) {
      const ending = [call.expression, text, changed] as const;
      if (text === "value") continue;
      expect(ending).toEqual([call.expression, expect.stringMatching(CAUGHT), false]);
      expect(ending).toEqual([call.expression, expect.not.stringMatching(INTERNAL), false]);
    }
  });

  test("under a policy that denies all: no effect, and no value of anything that is asked for", async () => {
    for (const { call, text, changed } of await made(calls, () => false)) {
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
