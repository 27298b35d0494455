import type { Figure } from "../figure.ts";
import { ask, clientOf, withAgent } from "./client.ts";

const ROUNDS = 7;

/** How long it takes from the start of `remit serve` to the end of a first run. */
export async function start(): Promise<readonly Figure[]> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    rounds.push(
      await withAgent(1, async (agent) => {
        await ask(clientOf(agent, "TCP"), 1);
        return performance.now() - began;
      }),
    );
  }
  return [{ name: "start of `remit serve` to the end of its first run, ms", target: "≤ 350", rounds }];
}
