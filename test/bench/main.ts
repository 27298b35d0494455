/**
 * `npm run bench`: what the product costs; with REX_RUNNER=<path> each row beside the reference, run by run.
 * `npm run bench -- find gzip` measures the rows with one of these words in their names, `npm run bench -- agent` the agent,
 * `npm run bench -- bundle` the bundles of its policies,
 * `npm run bench -- pollers` the load of a fleet on a web server.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable } from "../support/executable.ts";
import { measureAgent } from "./agent/index.ts";
import { measureBundles } from "./bundle/index.ts";
import { makeFixtures } from "./io-fixtures.ts";
import { ioWorkloads } from "./io-workloads.ts";
import { measurePollers } from "./pollers/index.ts";
import { compare, version } from "./process.ts";
import { type Workload, workloads } from "./workloads.ts";

const RUNS = Number(process.env["BENCH_RUNS"] ?? 9);
const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((word) => name.includes(word));
const reference = process.env["REX_RUNNER"];
const work = realpathSync(mkdtempSync(join(tmpdir(), "remit-bench-")));

const milliseconds = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0));
const row = (cells: readonly string[]): void => console.log(`| ${cells.join(" | ")} |`);

try {
  const [first, ...rest] = [...workloads(work), ...ioWorkloads(work)];
  const chosen = rest.filter(({ name }) => isWanted(name));
  if (first && (chosen.length > 0 || isWanted(first.name))) measureScripts(first, chosen);
  if (isWanted("agent")) {
    console.log(`\n${version(executable())}, the agent\n`);
    for (const cells of await measureAgent(reference, work)) row(cells);
  }
  if (isWanted("bundle")) {
    console.log(`\n${version(executable())}, bundles\n`);
    await measureBundles(work, row);
  }
  if (isWanted("pollers")) {
    console.log(`\n${version(executable())}, pollers\n`);
    await measurePollers(work, row);
  }
  if (wanted.length === 0) {
    // Not before: an engine in this process would count for the peaks above.
    const { measureEngine } = await import("./warm.ts");
    console.log("\nIn one process that stays (median):\n");
    row(["what", "ms"]);
    row(["---", "--:"]);
    for (const { name, milliseconds: value } of await measureEngine()) row([name, value.toFixed(3)]);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Whole processes that run a script each. */
function measureScripts(first: Workload, chosen: readonly Workload[]): void {
  writeFileSync(join(work, "note.txt"), "one line\n");
  for (let index = 0; index < 1000; index++) writeFileSync(join(work, `n${index}`), "one line\n");
  makeFixtures(work);
  const commands = [[executable(), "run"], ...(reference ? [[reference]] : [])];
  console.log(`${version(executable())}, the fastest of ${RUNS} runs, ms\n`);
  row([
    "what",
    "target",
    "remit",
    "peak MiB",
    ...(reference ? ["rex-runner", "peak MiB", "remit / rex-runner"] : []),
  ]);
  row(["---", "--:", "--:", "--:", ...(reference ? ["--:", "--:", "--:"] : [])]);
  for (const workload of [first, ...chosen]) {
    // The cold run beside each row, not once before all: the machine may be slower by then.
    const start = workload.beyondStart ? [first] : [];
    const [samples = [], before = []] = compare(commands, [workload, ...start], RUNS, work);
    // The fastest: other work of the machine only ever adds.
    const times = samples.map(({ milliseconds: total }, index) => {
      const without = before[index];
      return Math.min(...total) - (without ? Math.min(...without.milliseconds) : 0);
    });
    const [own = Number.NaN, other = Number.NaN] = times;
    const peaks = samples.map(({ peakMiB }) => peakMiB.toFixed(0));
    row([
      workload.beyondStart ? `${workload.name} (beyond the cold run)` : workload.name,
      workload.target === undefined ? "≤ 1 ×" : `≤ ${workload.target}`,
      milliseconds(own),
      peaks[0] ?? "",
      ...(reference ? [milliseconds(other), peaks[1] ?? "", (own / other).toFixed(2)] : []),
    ]);
  }
}
