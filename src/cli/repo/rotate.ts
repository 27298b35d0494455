import {
  Folder,
  GROUP_NAMES,
  readPublicKey,
  readState,
  renew,
  rotate,
  STAGED,
  waitingIn,
} from "../../bundle/repository/index.ts";
import { reportingBundles } from "../bundle-errors.ts";
import { type Given, UsageError } from "../command.ts";
import { printText } from "../terminal.ts";
import { countOf } from "./options.ts";
import { missingText } from "./quorum-text.ts";

/** `remit repo rotate` */
export function rotateKeys({ options, lists, operand: path = "" }: Given): Promise<number> {
  const group = GROUP_NAMES.find((name) => name === options.get("role")) ?? "root";
  const threshold = countOf(options, "threshold");
  const [remove, files] = [lists.get("remove") ?? [], lists.get("add") ?? []];
  if (remove.length + files.length === 0 && threshold === undefined) {
    throw new UsageError("--remove NAME, --add FILE or --threshold COUNT is missing");
  }
  return reportingBundles(() =>
    Folder.use(path, { alone: true }, (folder) => {
      const add = files.map(readPublicKey);
      const change = { group, remove, add, ...(threshold === undefined ? {} : { threshold }) };
      const { targets } = rotate(folder, change, new Date());
      if (targets !== undefined) {
        printText(
          `what is released is no longer signed by enough of the keys of targets; it is staged once more\n`,
        );
      }
      return tellStaged(folder);
    }),
  );
}

/** `remit repo renew` */
export const renewStaged = ({ options, operand: path = "" }: Given): Promise<number> =>
  reportingBundles(() =>
    Folder.use(path, { alone: true }, (folder) => {
      renew(folder, STAGED.find((type) => type === options.get("role")) ?? "targets", new Date());
      return tellStaged(folder);
    }),
  );

function tellStaged(folder: Folder): number {
  for (const { type, document, quorums } of waitingIn(readState(folder))) {
    printText(
      `${type} ${document.signed.version} is staged and takes ${missingText(quorums) ?? "no more signatures"}\n`,
    );
  }
  printText(`next: remit repo sign ${folder.path} --key KEY, as each of them\n`);
  return 0;
}
