import { Status } from "../../client/index.ts";
import { policySource } from "../../runner/active-policy.ts";
import type { Given } from "../command.ts";
import { forStandardOutput, print } from "../terminal.ts";
import { bundleText } from "./bundle-text.ts";
import { connect, reporting } from "./connect.ts";

/** `remit status`: 0 when the agent answers, also if its kill switch is on. */
export const showStatus = ({ options }: Given): Promise<number> =>
  reporting(async () => {
    const client = connect(options);
    const status = await client.ask(Status, { method: "GET", target: "/v1/status" });
    if (options.has("json")) print(`${JSON.stringify(status)}\n`);
    else print(forStandardOutput(text(client.socket, status)));
    return 0;
  });

const NO_POLICY = policySource("").revision;

type Answer = ReturnType<typeof Status.parse>;

function text(socket: string, status: Answer): string {
  // A reason of several lines must not look like further lines of this one.
  const reason = (status.kill_reason ?? "").replaceAll(/\s+/g, " ");
  const killed = status.killed ? `on: ${reason || "no reason given"}` : "off";
  return [
    `remit ${status.version} at ${socket}`,
    `policy       ${status.policy_revision === NO_POLICY ? "none: everything is denied" : status.policy_revision}`,
    `kill switch  ${killed}`,
    `runs         ${status.running} running, ${status.queued} waiting`,
    ...bundleText(status),
    ...(status.upload ? uploadText(status.upload) : []),
    "",
  ].join("\n");
}

function uploadText({ queued, dropped_total, last_success, error }: NonNullable<Answer["upload"]>) {
  const last = last_success === undefined ? "nothing sent yet" : `last sent ${last_success}`;
  return [
    `reports      ${queued} records waiting, ${dropped_total} dropped, ${last}`,
    ...(error ? [`             ${error.code}: ${error.message}`] : []),
  ];
}
