import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workload } from "./workloads.ts";

/** Times and memory of one command over several runs. */
export interface Sample {
  readonly milliseconds: readonly number[];
  readonly peakMiB: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

const ENVIRONMENT = { PATH: "/usr/bin:/bin", SYSLOG_ENABLE: "0", REX_RUNNER_DISABLE_MONITORING: "1" };

/** Runs the commands in turn, so that a slow phase of the machine falls on all of them alike. */
export function compare(
  commands: readonly (readonly string[])[],
  workload: Workload,
  runs: number,
  work: string,
): readonly Sample[] {
  const script = join(work, "bench.rhai");
  const policy = join(work, "bench.cedar");
  writeFileSync(script, workload.script);
  writeFileSync(policy, workload.policy);
  const times = commands.map((): number[] => []);
  const peaks = commands.map(() => 0);
  for (let run = 0; run < runs; run++) {
    commands.forEach(([file = "", ...args], index) => {
      workload.prepare?.();
      const started = performance.now();
      const child = Bun.spawnSync([file, ...args, "-s", script, "-p", policy], {
        env: ENVIRONMENT,
        stdin: "ignore",
      });
      times[index]?.push(performance.now() - started);
      peaks[index] = Math.max(peaks[index] ?? 0, (child.resourceUsage?.maxRSS ?? 0) / 2 ** 20);
      const result = child.stdout.toString();
      if (!result.includes('"SUCCESS"'))
        throw new Error(`${file} failed at ${workload.name}: ${result}${child.stderr}`);
    });
  }
  return times.map((milliseconds, index) => ({ milliseconds, peakMiB: peaks[index] ?? 0 }));
}

export const version = (file: string): string =>
  spawnSync(file, ["version"], { encoding: "utf8" }).stdout?.trim() ?? "";
