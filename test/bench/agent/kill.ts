import { LOG_NAME } from "../../../src/audit/decision-log.ts";
import type { LogRecord } from "../../../src/audit/record.ts";
import { close, type Fd } from "../../../src/platform/file.ts";
import { linesBackwards } from "../../../src/platform/lines-backwards.ts";
import { openStateDirectory } from "../../../src/platform/state-directory.ts";
import { Control } from "../../../src/runner/control.ts";
import type { Figure } from "../figure.ts";
import { clientOf, withAgent } from "./client.ts";

const ROUNDS = 10;
/** How long a script acts before it is stopped, in milliseconds. */
const ACTING_MS = 50;
const ACTING = "loop { hostname(); }";

/** How fast the kill switch stops a script that does nothing but operations, thrown as `remit kill` does. */
export async function kill(): Promise<readonly Figure[]> {
  const lastOperation: number[] = [];
  const ended: number[] = [];
  await withAgent(1, async (agent) => {
    const client = clientOf(agent, "socket");
    const directory = openStateDirectory(agent.state);
    const control = new Control(directory);
    for (let round = 0; round < ROUNDS; round++) {
      const run = client(ACTING);
      await Bun.sleep(ACTING_MS);
      const thrown = Date.now();
      control.kill("bench");
      const state = await run;
      if (state !== "killed") throw new Error(`the run is ${state}`);
      ended.push(Date.now() - thrown);
      lastOperation.push(Math.max(lastDecision(directory) - thrown, 0));
      control.resume();
    }
    control.close();
    close(directory);
  });
  return [
    { name: "kill switch: from the throw to the last operation, ms", target: "", rounds: lastOperation },
    { name: "kill switch: to the caller's answer, ms", target: "", rounds: ended },
  ];
}

/** When the latest decision was made. */
function lastDecision(directory: Fd): number {
  for (const [line] of linesBackwards(directory, LOG_NAME)) {
    const { kind, time } = JSON.parse(line) as LogRecord;
    if (kind === "decision") return Date.parse(time);
  }
  throw new Error("nothing was decided");
}
