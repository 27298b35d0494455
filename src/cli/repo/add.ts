import {
  checkContent,
  type Finding,
  findingText,
  readBundle,
  readBytes,
} from "../../bundle/content/index.ts";
import { add, Folder } from "../../bundle/repository/index.ts";
import { HOST } from "../bundle/host.ts";
import { placed } from "../bundle/input.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { forStandardError, printError, printText } from "../terminal.ts";

/** `remit repo add`: nothing is staged that a device would not activate. */
export const addBundle = ({
  options,
  operand: path = "",
  secondOperand: file = "",
}: Given): Promise<number> =>
  reportingBundles(async () => {
    const bytes = readBytes(file);
    const content = readBundle(bytes);
    const { findings } = await checkContent(content, HOST);
    const errors = placed({ path: file, isFolder: false }, findings.filter(isError));
    if (errors.length > 0) {
      printError(forStandardError(errors.map((finding) => `${findingText(finding)}\n`).join("")));
      return 1;
    }
    const { metadata } = content;
    const channel = options.get("channel") ?? "";
    return await Folder.use(path, { alone: true }, (folder) => {
      const { outcome, sha256, warnings } = add(folder, bytes, metadata, channel, new Date());
      for (const warning of warnings) printError(forStandardError(`warning: ${warning}\n`));
      printText(`${metadata.revision} of ${channel} is ${outcome} (SHA-256 ${sha256})\n`);
      if (outcome === "staged") printText(`next: remit repo sign ${path} --key KEY, as each signer\n`);
      return 0;
    });
  });

/** Whether all may be permitted, its makers have been asked; its signers will see it. */
const isError = ({ severity, code }: Finding): boolean => severity === "error" && code !== "policy_broad";
