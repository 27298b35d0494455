import { setTimeout } from "node:timers/promises";
import { type AgentClient, Refused, RunAnswer } from "../../client/index.ts";
import { Unreachable } from "../../platform/bun-socket-http.ts";
import { RunError } from "../../runner/errors.ts";
import { type RunResult, refusedResult } from "../../runner/index.ts";
import type { Given } from "../command.ts";
import { argumentsTextOf, scriptOf } from "../inputs.ts";
import { resultJson, resultText } from "../result-text.ts";
import { hasRun, timeout } from "../run.ts";
import { forStandardError, forStandardOutput, print, printError } from "../terminal.ts";
import { connect, isForeseen } from "./connect.ts";
import { denialText, requestText } from "./request-text.ts";

/** How long one request waits for the end of the run, in milliseconds; the agent may answer sooner. */
const WAIT_MS = 25_000;
/** When it is looked whether the run waits for an approval, first and then again, in milliseconds. */
const LOOKS_MS = [500, 5000] as const;
/** Between two requests, in milliseconds: an agent need not let anybody wait. */
const PAUSE_MS = 50;
/** Exit status of who was interrupted, as shells have it. */
const INTERRUPTED = 130;
/** The run came to an end of its own. */
const ENDED = ["succeeded", "failed"];

/** The agent took a run, and ended before it told the result. */
class LostResult extends RunError {
  constructor(
    readonly run: string,
    cause: Error,
  ) {
    const where = "the agent's decision log says what it did";
    super("result_lost", `the result of ${run} is lost: ${cause.message}; ${where}`, { cause });
  }
}

/** `remit run --agent`: as `remit run`, but the agent runs the script, under its policy. */
export async function runByAgent(given: Given): Promise<number> {
  const { options, dropIn } = given;
  const format = options.get("output-format") ?? "json";
  // Wrong options come before all else.
  timeout(options.get("timeout"));
  let answer: RunAnswer;
  try {
    answer = await runToItsEnd(options);
  } catch (error) {
    if (!(error instanceof RunError || isForeseen(error))) throw error;
    const refusal = error instanceof RunError ? error : new RunError("agent_unavailable", error.message);
    const known = error instanceof LostResult ? { id: error.run, state: "lost" } : {};
    print(resultJson({ ...refusedResult(refusal, given.startedAt), ...known }));
    return 1;
  }
  // A result of `remit run`, with more to it.
  const result = answer as RunAnswer & RunResult;
  if (format === "human") {
    const { out, error } = resultText(result, options.has("verbose"));
    print(forStandardOutput(out));
    printError(forStandardError(error + denialsText(answer)));
  } else print(resultJson(result, format === "pretty-json" ? 2 : undefined));
  return dropIn || (ENDED.includes(answer.state) && hasRun(result)) ? 0 : 1;
}

async function runToItsEnd(options: Given["options"]): Promise<RunAnswer> {
  const limit = options.get("timeout");
  const members = [
    asked(options),
    // As they were written: a number of 64 bits would not outlast being parsed.
    `"arguments":${argumentsTextOf(options)}`,
    '"wait_ms":0',
    ...(limit === undefined ? [] : [`"timeout_ms":${Math.ceil(timeout(limit))}`]),
  ];
  const client = connect(options);
  const over = new AbortController();
  let run: string | undefined;
  let interrupts = 0;
  let cancel = (): void => undefined;
  // Before there is a run, what was interrupted is cancelled as soon as there is one.
  const interrupt = (): void => {
    // Who asks again does not want to wait for its end.
    if (++interrupts > 1) process.exit(INTERRUPTED);
    cancel();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupt);
  try {
    const body = `{${members.join(",")}}`;
    const begun = await client.ask(RunAnswer, { method: "POST", target: "/v1/runs", body });
    run = begun.id;
    const target = `/v1/runs/${run}`;
    // That it is over already needs no answer.
    cancel = () => void client.ask(RunAnswer, { method: "DELETE", target }).catch(() => undefined);
    if (interrupts > 0) cancel();
    // Its own requests: the one that awaits the end may be the last that an agent answers which ends meanwhile.
    void tellWaits(client, run, over.signal).catch(() => undefined);
    return await untilOver(client, begun);
  } catch (error) {
    // A result is kept in the memory of the agent alone; one that was started anew has no such run.
    const isGone =
      error instanceof Unreachable || (error instanceof Refused && error.code === "run_not_found");
    throw isGone && run !== undefined ? new LostResult(run, error) : error;
  } finally {
    over.abort();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupt);
  }
}

/** What is to be run, as a member of the request. */
function asked(options: Given["options"]): string {
  const name = options.get("name");
  return name === undefined
    ? `"script":${JSON.stringify(scriptOf(options))}`
    : `"name":${JSON.stringify(name)}`;
}

async function untilOver(client: AgentClient, begun: RunAnswer): Promise<RunAnswer> {
  const target = `/v1/runs/${begun.id}?wait_ms=${WAIT_MS}`;
  for (let answer = begun; ; ) {
    if (answer.ended_at !== undefined) return answer;
    const before = performance.now();
    answer = await client.ask(RunAnswer, { method: "GET", target });
    if (performance.now() - before < PAUSE_MS) await setTimeout(PAUSE_MS);
  }
}

/** Tells, until `signal`, what the run waits for: whoever sits in front of it would see nothing happen. */
async function tellWaits(client: AgentClient, run: string, signal: AbortSignal): Promise<void> {
  let told: string | undefined;
  for (let pause: number = LOOKS_MS[0]; ; pause = LOOKS_MS[1]) {
    await setTimeout(pause, undefined, { signal });
    const { waits_for: waits } = await client.ask(RunAnswer, { method: "GET", target: `/v1/runs/${run}` });
    if (waits && waits.approval !== told && !signal.aborted) printError(forStandardError(waitText(waits)));
    told = waits?.approval;
  }
}

const waitText = (waits: NonNullable<RunAnswer["waits_for"]>): string =>
  `waits for an approval of ${requestText(waits)} (remit approvals approve ${waits.approval})\n`;

/** What the agent's policy refused; whose it is can see more of it on the agent's host. */
function denialsText({ denials, more_denials: more }: RunAnswer): string {
  const lines = denials.map((denial) => `denied: ${denialText(denial)}\n`);
  return lines.join("") + (more > 0 ? `and ${more} more denials\n` : "");
}
