import { DenialList, type DenialRecord } from "../../client/index.ts";
import { type Given, UsageError } from "../command.ts";
import { forStandardOutput, print } from "../terminal.ts";
import { connect, reporting } from "./connect.ts";

const DEFAULT = 50;
const MOST = 1000;

/** `remit denials`: what the decision log says was refused. */
export const showDenials = ({ options }: Given): Promise<number> => {
  const limit = count(options.get("limit"));
  return reporting(async () => {
    const target = `/v1/denials?limit=${limit}`;
    const { denials } = await connect(options).ask(DenialList, { method: "GET", target });
    if (options.has("json")) print(`${JSON.stringify(denials)}\n`);
    else print(denials.length === 0 ? "nothing was denied\n" : forStandardOutput(denials.map(text).join("")));
    return 0;
  });
};

function count(text: string | undefined): number {
  if (text === undefined) return DEFAULT;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= MOST) return value;
  throw new UsageError(`'${text}' is no value of --limit COUNT; it takes 1 to ${MOST}`);
}

function text({ time, principal, action, resource, policies = [], errors = [], run }: DenialRecord): string {
  const why = policies.length > 0 ? `forbidden by ${policies.join(", ")}` : "no policy permits it";
  const faults = errors.map((error) => `  ${error}\n`).join("");
  return `${time}  ${principal} ${action} on ${resource.type}::${JSON.stringify(resource.id)}: ${why} (${run})\n${faults}`;
}
