import type { Figure } from "../figure.ts";
import { withAgent } from "./client.ts";
import { memoryOf, runnersOf, sum, waitsOf } from "./memory.ts";

/** For so long after its start the runtime looks every second for garbage, in milliseconds; then rarely. */
const SETTLED_MS = 40_000;
const IDLE_MS = 30_000;

/** What an agent costs of which nobody wants anything. It settles while the others are measured, whose figures come first. */
export async function idle(others: () => Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  return withAgent(1, async (agent) => {
    const settled = Bun.sleep(SETTLED_MS);
    const before = await others();
    await settled;
    const processes = [agent.pid, ...runnersOf(agent)];
    const waitsBefore = processes.map(waitsOf);
    await Bun.sleep(IDLE_MS);
    // Threads that have ended meanwhile are not counted: those that compile at the start.
    const waits = processes.flatMap((pid, index) =>
      [...waitsOf(pid)].map(([thread, count]) => count - (waitsBefore[index]?.get(thread) ?? 0)),
    );
    const [main, ...runners] = processes.map(memoryOf);
    if (main === undefined || runners.length !== 1) throw new Error("there is no runner, or more than one");
    const all = [main, ...runners];
    return [
      ...before,
      { name: "idle, main process: RSS, MiB", target: "≤ 55", rounds: [main.rss] },
      { name: "idle, with its runner: RSS, MiB", target: "≤ 110", rounds: [sum(all.map(({ rss }) => rss))] },
      { name: "idle, with its runner: PSS, MiB", target: "≤ 110", rounds: [sum(all.map(({ pss }) => pss))] },
      {
        name: "idle, with its runner: anonymous, MiB",
        target: "≤ 50",
        rounds: [sum(all.map(({ anonymous }) => anonymous))],
      },
      { name: "idle, with its runner: wake-ups in 30 s", target: "", rounds: [sum(waits)] },
    ];
  });
}
