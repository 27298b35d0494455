import { type Figure, quantile } from "../figure.ts";
import type { Nginx } from "../host/nginx.ts";
import type { CentralTeam } from "./central-team.ts";
import { Device } from "./device.ts";

/** Updates in a row, in phases between which nothing is updated for as long. */
export const UPDATES_IN_A_ROW = 100;
const PHASES = 10;
/** Runs a second, whether those before are over or not. */
const RATE = 100;
/** The agent lets 64 wait. */
const MOST_AT_ONCE = 32;
const WARM_UP = 1000;
/** An operation, so that the policy is asked. */
const SCRIPT = 'try { hostname() } catch { "denied" }';
const RUN_MS = 20_000;

/** How long runs take while bundles are replaced, beside how long they take otherwise. */
export async function updates(team: CentralTeam, nginx: Nginx): Promise<readonly Figure[]> {
  const device = await Device.start(team, nginx.url());
  const during: number[] = [];
  const without: number[] = [];
  const took: number[] = [];
  try {
    for (let run = 0; run < WARM_UP; run++) await tinyRun(device);
    for (let phase = 0; phase < PHASES; phase++) {
      const began = performance.now();
      during.push(
        ...(await steadily(device, async () => {
          for (let count = 0; count < UPDATES_IN_A_ROW / PHASES; count++) {
            const revision = team.publish();
            const polled = performance.now();
            await device.expect(revision);
            took.push(performance.now() - polled);
          }
        })),
      );
      const phaseMs = performance.now() - began;
      without.push(...(await steadily(device, () => Bun.sleep(phaseMs))));
    }
  } finally {
    await device.stop();
  }
  const ratio = quantile(during, 0.99) / quantile(without, 0.99);
  const rows = [
    ["p50", 0.5],
    ["p99", 0.99],
  ] as const;
  return [
    ...rows.flatMap(([name, q]) => [
      { name: `a run, ${RATE} a second: ${name}, ms`, target: "", rounds: [quantile(without, q)] },
      {
        name: `a run during ${UPDATES_IN_A_ROW} updates: ${name}, ms`,
        target: "",
        rounds: [quantile(during, q)],
      },
    ]),
    { name: "p99 during updates, of p99 without", target: "≤ 2", rounds: [ratio] },
    { name: "an update while runs go on: poll to in force, ms", target: "", rounds: took },
    { name: "the longest run: without, ms", target: "", rounds: [Math.max(...without)] },
    { name: "the longest run: during updates, ms", target: "", rounds: [Math.max(...during)] },
  ];
}

/**
 * Has runs begin at a steady rate while `action` goes on; how long each took from the moment at which it was to begin, in
 * milliseconds: one that had to wait for those before it counts with its wait.
 */
async function steadily(device: Device, action: () => Promise<void>): Promise<readonly number[]> {
  const times: number[] = [];
  const going = new Set<Promise<void>>();
  let failure: unknown;
  let isOver = false;
  const done = action().finally(() => {
    isOver = true;
  });
  for (let due = performance.now(); !isOver && failure === undefined; due += 1000 / RATE) {
    await Bun.sleep(Math.max(due - performance.now(), 0));
    while (going.size >= MOST_AT_ONCE) await Promise.race(going);
    const run = tinyRun(device)
      .then(
        () => void times.push(performance.now() - due),
        (error) => {
          failure ??= error;
        },
      )
      .finally(() => going.delete(run));
    going.add(run);
  }
  await done;
  await Promise.all(going);
  if (failure !== undefined) throw failure;
  return times;
}

async function tinyRun({ agent }: Device): Promise<void> {
  const body = { script: SCRIPT };
  const response = await agent.request("/v1/runs", { body, signal: AbortSignal.timeout(RUN_MS) });
  const answer = (await response.json()) as { readonly state?: string };
  if (answer.state !== "succeeded") throw new Error(`a run ended as ${JSON.stringify(answer)}`);
}
