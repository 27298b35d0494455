import { expect, spyOn, test } from "bun:test";
import type { UploadFailure } from "../errors.ts";
import { Errand } from "./errand.ts";

const FAILURE: UploadFailure = { code: "unreachable", message: "no" };
const DAY_MS = 86_400_000;
const NEVER = (): number => DAY_MS;
const ignore = (): void => undefined;

/** An errand of which each turn has its result, and a promise for the moment when `count` turns were made. */
function errandOf(
  results: readonly (UploadFailure | undefined | Error)[],
  pauseMs = NEVER,
  turned = ignore as (f: UploadFailure | undefined) => void,
) {
  let done = 0;
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const errand = new Errand(
    async () => {
      const result = results[done++];
      for (const { count, resolve } of waiting) if (done >= count) resolve();
      if (result instanceof Error) throw result;
      return result;
    },
    pauseMs,
    turned,
  );
  const turns = (count: number) => new Promise<void>((resolve) => waiting.push({ count, resolve }));
  return { errand, turns, made: () => done };
}

test("is done again after its pause, and after failures without one", async () => {
  const { errand, turns, made } = errandOf([FAILURE, FAILURE, undefined]);
  const third = turns(3);
  errand.begin(0);
  await third;
  await errand.finish();
  expect(made()).toBe(4);
  const often = errandOf([], () => 0);
  const fifth = often.turns(5);
  often.errand.begin(0);
  await fifth;
  await often.errand.finish();
});

test("tells when it begins to fail, when it fails otherwise, and when it works again", async () => {
  const told: (string | undefined)[] = [];
  const other: UploadFailure = { code: "refused", message: "no" };
  const results = [undefined, FAILURE, other, other, new Error("thrown"), undefined, undefined];
  const { errand, turns } = errandOf(
    results,
    () => 0,
    (failure) => told.push(failure?.code),
  );
  const all = turns(results.length);
  errand.begin(0);
  await all;
  await errand.finish();
  expect(told).toEqual(["unreachable", "refused", "fault", undefined]);
});

test("is done at once when somebody asks, but not before the time that the central team asked for", async () => {
  const { errand, turns } = errandOf([undefined]);
  errand.begin(DAY_MS);
  const first = turns(1);
  errand.hasten();
  await first;
  await errand.finish();

  const refused = errandOf([{ ...FAILURE, retryAfterMs: DAY_MS }]);
  const once = refused.turns(1);
  refused.errand.begin(0);
  await once;
  // What it failed with is known a moment later.
  await Promise.resolve();
  refused.errand.hasten();
  await refused.errand.finish();
  expect(refused.made()).toBe(1);
});

test("waits as long as the central team asks for, or longer, and else a moment", async () => {
  const timeouts = spyOn(globalThis, "setTimeout");
  const waits = async (failure: UploadFailure): Promise<number> => {
    const { errand, turns } = errandOf([failure]);
    const once = turns(1);
    errand.begin(0);
    const before = timeouts.mock.calls.length;
    await once;
    while (timeouts.mock.calls.length === before) await Promise.resolve();
    await errand.finish();
    return Number(timeouts.mock.calls[before]?.[1]);
  };
  try {
    expect(await waits({ ...FAILURE, retryAfterMs: DAY_MS })).toBe(DAY_MS);
    expect(await waits({ ...FAILURE, retryAfterMs: 0 })).toBeWithin(0, 100);
    expect(await waits(FAILURE)).toBeWithin(0, 100);
  } finally {
    timeouts.mockRestore();
  }
});

test("is done once more when somebody asks while it is being done, never twice at once", async () => {
  let running = 0;
  let most = 0;
  let turns = 0;
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const twice = Promise.withResolvers<void>();
  const errand = new Errand(
    async () => {
      most = Math.max(most, ++running);
      if (++turns === 2) twice.resolve();
      errand.hasten();
      await gate;
      running--;
      return undefined;
    },
    NEVER,
    ignore,
  );
  errand.begin(0);
  setTimeout(go, 0);
  await twice.promise;
  await errand.finish();
  expect(most).toBe(1);
});

test("is over when it is finished", async () => {
  const { errand, made } = errandOf([]);
  errand.begin(DAY_MS);
  await errand.finish();
  errand.hasten();
  await Promise.resolve();
  expect(made()).toBe(1);
});
