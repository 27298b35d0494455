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

/** In which nothing is reported to anybody else. */
export const ENVIRONMENT = { PATH: "/usr/bin:/bin", SYSLOG_ENABLE: "0", REX_RUNNER_DISABLE_MONITORING: "1" };

/**
 * Runs the workloads with the commands in turn, so that a slow phase of the machine falls on all of them alike. Returns
 * the samples of each workload, by command.
 */
export function compare(
  commands: readonly (readonly string[])[],
  workloads: readonly Workload[],
  runs: number,
  work: string,
): readonly (readonly Sample[])[] {
  const measured = workloads.map((workload) => ({
    workload,
    samples: commands.map(() => ({ milliseconds: [] as number[], peakMiB: 0 })),
  }));
  const script = join(work, "bench.rhai");
  const policy = join(work, "bench.cedar");
  for (let run = 0; run < runs; run++) {
    for (const { workload, samples } of measured) {
      writeFileSync(script, workload.script);
      writeFileSync(policy, workload.policy);
      commands.forEach(([file = "", ...args], index) => {
        workload.prepare?.();
        const started = performance.now();
        const child = Bun.spawnSync([file, ...args, "-s", script, "-p", policy], {
          env: ENVIRONMENT,
          stdin: "ignore",
        });
        const milliseconds = performance.now() - started;
        const result = child.stdout.toString();
        if (!result.includes('"SUCCESS"'))
          throw new Error(`${file} failed at ${workload.name}: ${result}${child.stderr}`);
        const sample = samples[index];
        if (!sample) return;
        sample.milliseconds.push(milliseconds);
        sample.peakMiB = Math.max(sample.peakMiB, child.resourceUsage.maxRSS / 2 ** 20);
      });
    }
  }
  return measured.map(({ samples }) => samples);
}

export const version = (file: string): string =>
  spawnSync(file, ["version"], { encoding: "utf8" }).stdout?.trim() ?? "";
