import { type AgentClient, DenialList, type DenialRecord } from "../../client/index.ts";
import { LIMITS } from "../../platform/limits.ts";
import { type Given, UsageError } from "../command.ts";
import { forStandardOutput, print } from "../terminal.ts";
import { connect, reporting } from "./connect.ts";
import { denialText } from "./request-text.ts";

const DEFAULT = 50;
const MOST = 1000;
/** Denials that the agent gives at once. */
const PAGE = LIMITS.denialsPage;

/** `remit denials`: what the decision log says was refused. */
export const showDenials = ({ options }: Given): Promise<number> => {
  const limit = count(options.get("limit"));
  return reporting(async () => {
    const denials = await latest(connect(options), limit);
    if (options.has("json")) print(`${JSON.stringify(denials)}\n`);
    else print(denials.length === 0 ? "nothing was denied\n" : forStandardOutput(denials.map(text).join("")));
    return 0;
  });
};

/** Page after page: one may be empty though there are more. */
async function latest(client: AgentClient, limit: number): Promise<readonly DenialRecord[]> {
  const found: DenialRecord[] = [];
  let before = "";
  do {
    const target = `/v1/denials?limit=${Math.min(limit - found.length, PAGE)}${before}`;
    const { denials, next } = await client.ask(DenialList, { method: "GET", target });
    found.push(...denials);
    if (next === undefined) break;
    before = `&before=${next}`;
  } while (found.length < limit);
  return found;
}

function count(text: string | undefined): number {
  if (text === undefined) return DEFAULT;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= MOST) return value;
  throw new UsageError(`'${text}' is no value of --limit COUNT; it takes 1 to ${MOST}`);
}

const text = (denial: DenialRecord): string =>
  `${denial.time}  ${denial.principal} ${denialText(denial)}  ${denial.run}\n`;
