import { Folder, readState, type Status, statusOf } from "../../bundle/repository/index.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { forStandardOutput, print } from "../terminal.ts";
import { countOf } from "./options.ts";

/** `remit repo status`: 1 when somebody should do something. */
export function showStatus({ options, operand: path = "" }: Given): Promise<number> {
  const warnDays = countOf(options, "warn-days");
  return reportingBundles(() =>
    Folder.use(path, {}, (folder) => {
      const status = statusOf(readState(folder), new Date(), warnDays);
      print(options.has("json") ? `${JSON.stringify(status)}\n` : forStandardOutput(text(status)));
      return status.warnings.length === 0 ? 0 : 1;
    }),
  );
}

function text({ released, staged, warnings }: Status): string {
  return [
    ...released.map(
      ({ role, version, days, expires }) =>
        `${role.padEnd(9)} ${String(version).padStart(4)}  ${days < 0 ? "expired at" : `${days} days, until`} ${expires}`,
    ),
    ...staged.flatMap(({ role, version, ready, signatures }) => [
      `staged: ${role} ${version}, ${ready ? "ready to be released" : "waits for signatures"}`,
      ...signatures.map(
        ({ root, threshold, signed, others }) =>
          `  of the keys of root ${root}: ${signed.length} of ${threshold} (${signed.join(", ") || "nobody"}; not ${others.join(", ") || "anybody else"})`,
      ),
    ]),
    ...warnings.map((warning) => `warning: ${warning}`),
    "",
  ].join("\n");
}
