import { readBundle } from "../../bundle/content/index.ts";
import { add, Folder, readNamedFile } from "../../bundle/repository/index.ts";
import { LIMITS } from "../../platform/limits.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { forStandardError, printError, printText } from "../terminal.ts";

/** `remit repo add` */
export const addBundle = ({
  options,
  operand: path = "",
  secondOperand: file = "",
}: Given): Promise<number> =>
  reportingBundles(() => {
    const bytes = readNamedFile(file, LIMITS.bundleBytes);
    const { metadata } = readBundle(bytes);
    const channel = options.get("channel") ?? "";
    return Folder.use(path, { alone: true }, (folder) => {
      const { outcome, sha256, warnings } = add(folder, bytes, metadata, channel, new Date());
      for (const warning of warnings) printError(forStandardError(`warning: ${warning}\n`));
      printText(`${metadata.revision} of ${channel} is ${outcome} (SHA-256 ${sha256})\n`);
      if (outcome === "staged") printText(`next: remit repo sign ${path} --key KEY, as each signer\n`);
      return 0;
    });
  });
