import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DecisionLog } from "../../../src/audit/decision-log.ts";
import { close } from "../../../src/platform/file.ts";
import { openStateDirectory } from "../../../src/platform/state-directory.ts";
import type { Job } from "../../../src/runner/protocol.ts";
import { executable } from "../../support/executable.ts";
import { type Figure, quantile } from "../figure.ts";
import { ENVIRONMENT } from "../process.ts";
import { ALLOW } from "../workloads.ts";
import { withAgent } from "./client.ts";

const ROUNDS = 5;
const TIMES = 300;

/** The steps of which a run over TCP consists, each by itself; `directory` takes what they write. */
export async function steps(directory: string): Promise<readonly Figure[]> {
  return withAgent(1, async ({ url, token }) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const refused = { method: "POST", headers, body: JSON.stringify({ script: 40 }) };
    const runner = await startRunner(directory);
    const log = writeTo(directory);
    const figures = [
      await figure("a request for nothing", async () => (await fetch(`${url}/healthz`)).text()),
      await figure("a request that is refused for its body", async () =>
        (await fetch(`${url}/v1/runs`, refused)).text(),
      ),
      await figure("two records of the decision log", () => log.write()),
      await figure("the runner's part, from pipe to pipe", () => runner.run()),
    ];
    runner.end();
    log.end();
    return figures;
  });
}

/** The median of each round, in milliseconds. */
async function figure(name: string, step: () => unknown): Promise<Figure> {
  const rounds: number[] = [];
  // The first round is for what has not been compiled yet.
  for (let round = 0; round <= ROUNDS; round++) {
    const times: number[] = [];
    for (let count = 0; count < TIMES; count++) {
      const began = performance.now();
      await step();
      times.push(performance.now() - began);
    }
    if (round > 0) rounds.push(quantile(times, 0.5));
  }
  return { name: `of a run: ${name}, p50, ms`, target: "", rounds };
}

/** A runner as the agent starts it. */
async function startRunner(directory: string) {
  const state = mkdtempSync(join(directory, "runner-"));
  writeFileSync(join(state, "policy.cedar"), ALLOW);
  const args = [
    ...["--state", state, "--executable", executable()],
    ...["--log-level", "INFO", "--decision-bytes", `${64 * 1024 * 1024}`],
  ];
  const child = spawn(executable(), ["runner", ...args], {
    env: ENVIRONMENT,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const says = (type: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (line: string): void => {
        if (!line.startsWith(`{"type":"${type}"`)) return;
        lines.off("line", look);
        resolve();
      };
      lines.on("line", look);
    });
  const job: Job = {
    run: "run",
    script: "40 + 2",
    arguments: "{}",
    principal: { type: "User", id: "bench" },
    timeoutMs: 1000,
    dryRun: false,
  };
  const ended = new Promise<void>((_, reject) =>
    child.once("exit", (code) => reject(new Error(`the runner ended with status ${code}`))),
  );
  ended.catch(() => undefined);
  await Promise.race([says("ready"), ended]);
  return {
    run: (): Promise<void> => {
      const over = says("result");
      child.stdin.write(`${JSON.stringify(job)}\n`);
      return over;
    },
    end: () => child.stdin.end(),
  };
}

function writeTo(directory: string) {
  const fd = openStateDirectory(mkdtempSync(join(directory, "log-")));
  const log = new DecisionLog(fd);
  const entry = { kind: "run", run: "run_0", principal: 'User::"bench"' } as const;
  return {
    write: (): void => {
      log.write({ ...entry, event: "started", script: "0".repeat(64) });
      log.write({ ...entry, event: "ended", outcome: "succeeded" });
    },
    end: (): void => {
      log.close();
      close(fd);
    },
  };
}
