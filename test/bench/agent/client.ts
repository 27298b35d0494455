import { AgentProcess } from "../../support/agent-process.ts";
import { ALLOW } from "../workloads.ts";

/** Someone on this machine who has scripts run, one after the other; returns how the run ended. */
export type Client = (script: string) => Promise<string>;

/** A client of `agent`, over TCP or over its socket. */
export function clientOf(agent: AgentProcess, way: "TCP" | "socket"): Client {
  const headers = { authorization: `Bearer ${agent.token}`, "content-type": "application/json" };
  const unix = way === "socket" ? { unix: agent.socket } : {};
  return async (script) => {
    const body = JSON.stringify({ script });
    const response = await fetch(`${agent.url}/v1/runs`, { method: "POST", headers, body, ...unix });
    return ((await response.json()) as { readonly state: string }).state;
  };
}

/** Has a tiny script run `count` times, and returns how many milliseconds each took. */
export async function ask(client: Client, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const began = performance.now();
    const state = await client("40 + 2");
    times.push(performance.now() - began);
    if (state !== "succeeded") throw new Error(`a run is ${state}`);
  }
  return times;
}

/** Calls `use` with an agent whose policy permits everything, and that keeps `warm` runners ready. */
export async function withAgent<T>(warm: number, use: (agent: AgentProcess) => Promise<T>): Promise<T> {
  const agent = await AgentProcess.start(ALLOW, `[limits]\nwarm = ${warm}\nconcurrency = 2\n`);
  try {
    return await use(agent);
  } finally {
    await agent.stop();
  }
}
