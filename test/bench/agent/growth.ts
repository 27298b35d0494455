import type { Figure } from "../figure.ts";
import { ask, clientOf, withAgent } from "./client.ts";
import { memoryOf, runnersOf, sum } from "./memory.ts";

const ROUNDS = 4;
const RUNS = 1000;
/** When the agent has given back what it can, as it does after five quiet seconds, in milliseconds. */
const SETTLED_MS = 8000;

/** Memory that further runs take, once an agent keeps as many as it ever does. */
export async function growth(): Promise<readonly Figure[]> {
  return withAgent(1, async (agent) => {
    const client = clientOf(agent, "TCP");
    const main: number[] = [];
    const runner: number[] = [];
    let resident = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await ask(client, RUNS);
      await Bun.sleep(SETTLED_MS);
      main.push(memoryOf(agent.pid).anonymous);
      runner.push(sum(runnersOf(agent).map((pid) => memoryOf(pid).anonymous)));
      resident = sum([agent.pid, ...runnersOf(agent)].map((pid) => memoryOf(pid).rss));
    }
    return [
      { name: "idle after 4,000 runs, with its runner: RSS, MiB", target: "", rounds: [resident] },
      { name: "after 4,000 runs, main process: anonymous, MiB", target: "", rounds: main.slice(-1) },
      { name: "after 4,000 runs, runner: anonymous, MiB", target: "", rounds: runner.slice(-1) },
      { name: "1,000 of them added, main process: MiB", target: "0", rounds: [added(main)] },
      { name: "1,000 of them added, runner: MiB", target: "0", rounds: [added(runner)] },
    ];
  });
}

/** By a round of those after the first two, in which what is often called is compiled. */
const added = ([, second = 0, ...rest]: readonly number[]): number =>
  ((rest.at(-1) ?? 0) - second) / rest.length;
