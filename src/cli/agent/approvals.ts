import { type Approval, ApprovalList } from "../../client/index.ts";
import type { Given } from "../command.ts";
import { forStandardOutput, print } from "../terminal.ts";
import { connect, reporting } from "./connect.ts";
import { requestText } from "./request-text.ts";

/** `remit approvals` */
export const showApprovals = ({ options }: Given): Promise<number> =>
  reporting(async () => {
    const { approvals } = await connect(options).ask(ApprovalList, {
      method: "GET",
      target: "/v1/approvals",
    });
    if (options.has("json")) print(`${JSON.stringify(approvals)}\n`);
    else
      print(approvals.length === 0 ? "nothing waits\n" : forStandardOutput(approvals.map(text).join("\n")));
    return 0;
  });

/** `remit approvals approve ID` */
export const approve = (given: Given): Promise<number> => answer(given, "approved");
/** `remit approvals deny ID` */
export const deny = (given: Given): Promise<number> => answer(given, "denied");

const answer = ({ options, operand = "" }: Given, given: "approved" | "denied"): Promise<number> =>
  reporting(async () => {
    const target = `/v1/approvals/${encodeURIComponent(operand)}`;
    await connect(options).ask(ApprovalList, {
      method: "POST",
      target,
      body: JSON.stringify({ answer: given }),
    });
    print(`${given}\n`);
    return 0;
  });

const text = (approval: Approval): string =>
  [
    approval.id,
    `  ${approval.principal} wants ${requestText(approval)}`,
    ...approval.reasons.map((reason) => `  for: ${reason}`),
    `  ${approval.run}, until ${approval.expires_at}`,
    "",
  ].join("\n");
