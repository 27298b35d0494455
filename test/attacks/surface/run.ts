import { expect } from "bun:test";
import { createEngineSync } from "../../../src/engine/index.ts";
import { LIMITS } from "../../../src/platform/limits.ts";
import type { AuthorizationRequest } from "../../../src/policy/types.ts";
import { callOperation, surface } from "../../../src/sdk/index.ts";
import { testRun } from "../../../src/sdk/testing.ts";
import { type HostileCall, scriptOf } from "./calls.ts";
import { picture } from "./tree.ts";

export interface Ending {
  readonly call: HostileCall;
  /** `value`, or the type of what was caught and what it says. */
  readonly text: string;
  /** The tree is no longer as it was before the call. */
  readonly changed: boolean;
}

/** Errors of the SDK and of Rhai, as maps, and plain texts. */
export const CAUGHT = /^(?:map (?:\w+Kind|Rhai) \w+|string )/;

/** Made once for a file of tests: it takes long. */
export const hostileEngine = () => createEngineSync(surface.manifest, { memoryBytes: 256 * 2 ** 20 });

/** Makes the calls in one run, each on a tree that `plant` makes in `base`, and returns how they ended. */
export async function make(
  engine: ReturnType<typeof hostileEngine>,
  calls: readonly HostileCall[],
  allows: (request: AuthorizationRequest) => boolean,
  base: string,
  plant: () => void,
): Promise<Ending[]> {
  const run = testRun(allows);
  const endings: Ending[] = [];
  plant();
  const before = picture(base);
  const result = await engine.run({
    script: scriptOf(`${base}/data`, calls),
    limits: { ...LIMITS, operations: 0, timeMs: 60_000 },
    host: {
      call: (index, args, position) => callOperation(run, index, args, position),
      importModule: () => undefined,
      debug: (text) => {
        const call = calls[endings.length];
        if (!call) throw new Error(`a call too many: ${text}`);
        const changed = picture(base) !== before;
        endings.push({ call, text: text.slice(1, -1), changed });
        if (changed) plant();
      },
    },
  });
  // What ends the run, a script could not catch.
  expect([result, calls[endings.length]?.expression]).toMatchObject([{ status: "ok" }, undefined]);
  return endings;
}

/**
 * All that a file of the tree can be asked for; of the machine around it no more than that directories can be opened,
 * because these calls ask for anything.
 */
export const permissive =
  (base: string) =>
  ({ action, resource: { id } }: AuthorizationRequest): boolean =>
    action.startsWith("file_system.") &&
    (id === `${base}/data` || id.startsWith(`${base}/data/`) || action === "file_system.open");
