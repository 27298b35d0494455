import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENT } from "../process.ts";
import { ALLOW } from "../workloads.ts";
import type { Client } from "./client.ts";

/** Runs each script in a process of `rex-runner`, as whoever has no agent does; its files lie in `directory`. */
export function spawning(file: string, directory: string): Client {
  const policy = join(directory, "reference.cedar");
  const script = join(directory, "reference.rhai");
  writeFileSync(policy, ALLOW);
  return async (text) => {
    writeFileSync(script, text);
    const child = Bun.spawn([file, "-s", script, "-p", policy], { env: ENVIRONMENT, stderr: "ignore" });
    const result = await new Response(child.stdout).text();
    return result.includes('"SUCCESS"') ? "succeeded" : result;
  };
}
