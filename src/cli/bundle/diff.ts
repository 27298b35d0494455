import { diffBundles, diffText } from "../../bundle/content/index.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { forStandardOutput, print } from "../terminal.ts";
import { HOST } from "./host.ts";
import { readSource } from "./input.ts";

/** As of diff(1). */
const STATUS = { same: 0, different: 1, trouble: 2 } as const;

/** `remit bundle diff`: 0 when nothing differs but what the bundles are called, 1 when something does, 2 for trouble. */
export function diffCommand({ options, operand = "", secondOperand = "" }: Given): Promise<number> {
  return reportingBundles(() => {
    const [before, after] = [readSource(operand), readSource(secondOperand)];
    const diff = diffBundles(before.content, after.content, HOST.complete);
    print(options.has("json") ? `${JSON.stringify(diff)}\n` : forStandardOutput(diffText(diff)));
    return diff.same ? STATUS.same : STATUS.different;
  }, STATUS.trouble);
}
