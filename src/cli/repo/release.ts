import { Folder, PUBLIC, refresh, release, timeText } from "../../bundle/repository/index.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { printText } from "../terminal.ts";
import { onlineSigners } from "./options.ts";

/** `remit repo release` */
export const releaseStaged = (given: Given): Promise<number> => {
  const { operand: path = "" } = given;
  return reportingBundles(() =>
    Folder.use(path, { alone: true }, async (folder) => {
      const { root, targets, snapshot, timestamp } = await release(folder, online(given));
      const versions = [root, targets, snapshot, timestamp].map(
        ({ signed }) => `${signed._type} ${signed.version}`,
      );
      printText(
        `released: ${versions.join(", ")}\nserve ${path}/${PUBLIC}; where it is copied to another host, metadata/timestamp.json goes last\n`,
      );
      return 0;
    }),
  );
};

/** `remit repo refresh` */
export const refreshOnline = (given: Given): Promise<number> => {
  const { operand: path = "" } = given;
  return reportingBundles(() =>
    Folder.use(path, { alone: true }, async (folder) => {
      const { timestamp, snapshot } = await refresh(folder, online(given));
      const documents = [...(snapshot === undefined ? [] : [snapshot]), timestamp];
      for (const { signed } of documents) {
        printText(`${signed._type} ${signed.version} is valid until ${timeText(signed.expires)}\n`);
      }
      return 0;
    }),
  );
};

const online = (given: Given) => ({ signers: onlineSigners(given), now: new Date() });
