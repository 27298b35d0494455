import { type Figure, quantile } from "../figure.ts";
import { ask, type Client, clientOf, withAgent } from "./client.ts";

const ROUNDS = 5;
/** Runs before the first round, by when what is often called has been compiled. */
const WARM_UP = 2000;
/** Runs of a round; of the reference, each of which takes as long as many of ours, fewer. */
const RUNS = { own: 500, reference: 50 } as const;
/** Clients that ask at the same time, for as many runs each. */
const CLIENTS = 8;
const RUNS_EACH = { own: 100, reference: 10 } as const;
/** When a runner has given memory back that it does not use, in milliseconds. */
const QUIET_MS = 1500;

const WAYS = {
  TCP: { name: "a tiny script over TCP", targets: { p50: "≤ 1.2", p99: "" } },
  socket: { name: "a tiny script over the socket", targets: { p50: "≤ 1.2", p99: "" } },
} as const;
const QUANTILES = { p50: 0.5, p99: 0.99 } as const;

/** How long somebody waits who has one script run after the other. */
export async function latency(reference: Client | undefined): Promise<readonly Figure[]> {
  return withAgent(1, async (agent) => {
    const clients = { TCP: clientOf(agent, "TCP"), socket: clientOf(agent, "socket") };
    const own: Record<keyof typeof WAYS, (readonly number[])[]> = { TCP: [], socket: [] };
    const spawned: (readonly number[])[] = [];
    for (const client of Object.values(clients)) await ask(client, WARM_UP / 2);
    for (let round = 0; round < ROUNDS; round++) {
      own.TCP.push(await ask(clients.TCP, RUNS.own));
      own.socket.push(await ask(clients.socket, RUNS.own));
      if (reference) spawned.push(await ask(reference, RUNS.reference));
    }
    const afterQuiet: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await Bun.sleep(QUIET_MS);
      afterQuiet.push(...(await ask(clients.TCP, 1)));
    }
    const figures = (["TCP", "socket"] as const).flatMap((way) =>
      (["p50", "p99"] as const).map((name) => ({
        name: `${WAYS[way].name}, ${name}, ms`,
        target: WAYS[way].targets[name],
        rounds: own[way].map((times) => quantile(times, QUANTILES[name])),
        reference: spawned.map((times) => quantile(times, QUANTILES[name])),
      })),
    );
    return [...figures, { name: "a tiny script after a quiet second, ms", target: "", rounds: afterQuiet }];
  });
}

/** How many scripts run in a second when several ask at the same time. */
export async function throughput(reference: Client | undefined): Promise<readonly Figure[]> {
  return withAgent(2, async (agent) => {
    const client = clientOf(agent, "TCP");
    const own: number[] = [];
    const spawned: number[] = [];
    await ask(client, WARM_UP);
    await perSecond(client, RUNS_EACH.own);
    for (let round = 0; round < ROUNDS; round++) {
      own.push(await perSecond(client, RUNS_EACH.own));
      if (reference) spawned.push(await perSecond(reference, RUNS_EACH.reference));
    }
    const name = `tiny scripts a second, ${CLIENTS} clients, 2 runners`;
    return [{ name, target: "≥ 500", rounds: own, reference: spawned, isLarge: true }];
  });
}

async function perSecond(client: Client, each: number): Promise<number> {
  const began = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, () => ask(client, each)));
  return (CLIENTS * each * 1000) / (performance.now() - began);
}
