import { ConfigurationError, type Settings } from "../configuration/index.ts";
import { CHECKS, type Finding } from "../doctor/index.ts";
import { agentSettings } from "./agent/connect.ts";
import type { Given } from "./command.ts";
import { forStandardOutput, print } from "./terminal.ts";

type Line = Finding & { readonly name: string };

/** `remit doctor`: 0 when nothing keeps the agent from its work, else 1. */
export async function doctor({ options }: Given): Promise<number> {
  const lines: Line[] = [];
  for await (const line of findings(options)) {
    lines.push(line);
    if (!options.has("json")) print(forStandardOutput(text(line)));
  }
  const healthy = lines.every(({ state }) => state !== "fail");
  if (options.has("json")) print(`${JSON.stringify({ healthy, checks: lines })}\n`);
  return healthy ? 0 : 1;
}

async function* findings(options: Given["options"]): AsyncGenerator<Line> {
  let settings: Settings;
  try {
    settings = agentSettings(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    yield { name: "configuration", state: "fail", found: error.message, advice: "correct the file" };
    return;
  }
  yield { name: "configuration", state: "ok", found: options.get("config") ?? "can be used" };
  for (const { name, look } of CHECKS) yield { name, ...(await attempt(() => look(settings))) };
}

/** A check that fails in a way that nobody thought of says so, and the others are made. */
async function attempt(look: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    const [found = ""] = String(error).split("\n", 1);
    return { state: "fail", found, advice: "this is a fault of Remit: report it" };
  }
}

const text = ({ name, state, found, advice }: Line): string =>
  `${state.padEnd(4)}  ${name.padEnd(16)} ${found}\n${advice === undefined ? "" : `      → ${advice}\n`}`;
