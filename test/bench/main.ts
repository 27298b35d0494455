/** `npm run bench`: what the product costs; with REX_RUNNER=<path> each row beside the reference, run by run. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable } from "../support/executable.ts";
import { compare, median, version } from "./process.ts";
import { measureEngine } from "./warm.ts";
import { workloads } from "./workloads.ts";

const RUNS = Number(process.env["BENCH_RUNS"] ?? 9);
const reference = process.env["REX_RUNNER"];
const work = realpathSync(mkdtempSync(join(tmpdir(), "remit-bench-")));

const milliseconds = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0));
const row = (cells: readonly string[]): void => console.log(`| ${cells.join(" | ")} |`);

try {
  writeFileSync(join(work, "note.txt"), "one line\n");
  for (let index = 0; index < 1000; index++) writeFileSync(join(work, `n${index}`), "one line\n");
  const commands = [[executable(), "run"], ...(reference ? [[reference]] : [])];
  console.log(`${version(executable())}, median of ${RUNS} runs, ms\n`);
  row([
    "what",
    "target",
    "remit",
    "peak MiB",
    ...(reference ? ["rex-runner", "peak MiB", "remit / rex-runner"] : []),
  ]);
  row(["---", "--:", "--:", "--:", ...(reference ? ["--:", "--:", "--:"] : [])]);
  let start: readonly number[] = commands.map(() => 0);
  for (const workload of workloads(work)) {
    const samples = compare(commands, workload, RUNS, work);
    const totals = samples.map((sample) => median(sample.milliseconds));
    if (!workload.beyondStart) start = totals;
    const times = workload.beyondStart ? totals.map((total, index) => total - (start[index] ?? 0)) : totals;
    const [own = Number.NaN, other = Number.NaN] = times;
    const peaks = samples.map(({ peakMiB }) => peakMiB.toFixed(0));
    row([
      workload.beyondStart ? `${workload.name} (beyond the cold run)` : workload.name,
      `≤ ${workload.target}`,
      milliseconds(own),
      peaks[0] ?? "",
      ...(reference ? [milliseconds(other), peaks[1] ?? "", (own / other).toFixed(2)] : []),
    ]);
  }
  console.log("\nIn one process that stays (median):\n");
  row(["what", "ms"]);
  row(["---", "--:"]);
  for (const { name, milliseconds: value } of await measureEngine()) row([name, value.toFixed(3)]);
} finally {
  rmSync(work, { recursive: true, force: true });
}
