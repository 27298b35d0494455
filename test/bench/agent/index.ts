import { cells, type Figure } from "../figure.ts";
import { growth } from "./growth.ts";
import { idle } from "./idle.ts";
import { kill } from "./kill.ts";
import { spawning } from "./reference.ts";
import { latency, throughput } from "./speed.ts";
import { start } from "./start.ts";
import { steps } from "./steps.ts";

/** The table about `remit serve`, row by row, beside `reference`: in a minute and a half. */
export async function measureAgent(
  reference: string | undefined,
  directory: string,
): Promise<readonly (readonly string[])[]> {
  const spawned = reference === undefined ? undefined : spawning(reference, directory);
  const figures = await idle(async () => {
    const parts: (readonly Figure[])[] = [];
    for (const measure of [
      () => latency(spawned),
      () => steps(directory),
      () => throughput(spawned),
      start,
      kill,
      growth,
    ])
      parts.push(await measure());
    return parts.flat();
  });
  const columns = [
    "remit",
    "worst round",
    ...(spawned ? ["rex-runner, a process each", "remit / rex-runner"] : []),
  ];
  return [
    ["what", "target", ...columns],
    ["---", "--:", ...columns.map(() => "--:")],
    ...figures.map((figure) => cells(figure, spawned !== undefined)),
  ];
}
