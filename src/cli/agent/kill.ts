import { join } from "node:path";
import { DecisionLog } from "../../audit/decision-log.ts";
import { AuditError } from "../../audit/errors.ts";
import { Refused, Status } from "../../client/index.ts";
import type { Settings } from "../../configuration/index.ts";
import { Unreachable } from "../../platform/bun-socket-http.ts";
import type { Fd } from "../../platform/file.ts";
import { effectiveUser } from "../../platform/identity.ts";
import { inState, openStateDirectory } from "../../platform/state-directory.ts";
import { CONTROL_FILE, Control } from "../../runner/control.ts";
import type { Given } from "../command.ts";
import { forStandardOutput, print, printError } from "../terminal.ts";
import { agentSettings, connect, NoToken, reporting } from "./connect.ts";

type Act = "kill" | "resume";

/** `remit kill`: stops everything. An agent that does not answer is stopped all the same: it heeds a file. */
export const kill = (given: Given): Promise<number> => act(given, "kill", "everything is stopped");

/** `remit resume` */
export const resume = (given: Given): Promise<number> => act(given, "resume", "runs may begin again");

/** How long the agent has to answer before it is done without it, in milliseconds. */
const ANSWER_MS = 1000;

function act(given: Given, name: Act, done: string): Promise<number> {
  return reporting(async () => {
    const { options } = given;
    const settings = agentSettings(options);
    const reason = options.get("reason") ?? "";
    const answer = await askAgent(given, settings, name, reason);
    const status = "killed" in answer ? answer : undefined;
    if (status === undefined) await inState(settings.state, () => actAlone(settings, name, reason));
    const how = "why" in answer ? ` (${answer.why}; ${join(settings.state, CONTROL_FILE)} is set)` : "";
    const isHeld = name === "resume" && status?.killed === true;
    const held = `the central team's stop stays: ${status?.kill_reason ?? ""}`;
    print(forStandardOutput(`${isHeld ? held : done}${how}\n`));
    return 0;
  });
}

/** Why not, when the agent could not be asked or does not do it; a token that is not enough is a refusal, though. */
async function askAgent(
  { options }: Given,
  settings: Settings,
  name: Act,
  reason: string,
): Promise<ReturnType<typeof Status.parse> | { readonly why: string }> {
  try {
    const body = JSON.stringify(name === "kill" ? { reason } : {});
    const question = { method: "POST", target: `/v1/admin/${name}`, body } as const;
    return await connect(options, settings).ask(Status, question, ANSWER_MS);
  } catch (error) {
    // Who may write to the state directory may do this; who named a token wanted to act by it.
    const isUp = error instanceof Refused && options.has("token-file");
    if (isUp || !(error instanceof Refused || error instanceof Unreachable || error instanceof NoToken)) {
      throw error;
    }
    return { why: error instanceof Refused ? error.message : "no agent answered" };
  }
}

/** That it cannot be remembered keeps nobody from stopping everything, but from letting it go on. */
function actAlone(settings: Settings, name: Act, reason: string): void {
  const directory = openStateDirectory(settings.state);
  if (name === "resume") remember(directory, settings, name, reason);
  const control = new Control(directory);
  if (name === "kill") control.kill(reason);
  else control.resume();
  control.persist();
  control.close();
  if (name === "resume") return;
  try {
    remember(directory, settings, name, reason);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    printError(`warning: ${error.message}\n`);
  }
}

/** @throws {AuditError} */
function remember(directory: Fd, { decision_log }: Settings, act: Act, reason: string): void {
  const log = new DecisionLog(directory, decision_log.max_bytes);
  const principal = `User::"${effectiveUser().name}"`;
  log.writeDurably({ kind: "admin", principal, act, ...(reason === "" ? {} : { details: { reason } }) });
  log.close();
}
