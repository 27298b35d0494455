import { BrokenChain, verifyChain } from "../audit/chain.ts";
import { loadCursor } from "../audit/upload/cursor.ts";
import { closing } from "../platform/file.ts";
import { OsError } from "../platform/os-error.ts";
import { openStateDirectory } from "../platform/state-directory.ts";
import { agentSettings, reporting } from "./agent/connect.ts";
import type { Given } from "./command.ts";
import { forStandardError, print, printError } from "./terminal.ts";

/** `remit audit verify`: whether the decision log is as it was written; with or without an agent. */
export const verifyAudit = ({ options }: Given): Promise<number> =>
  reporting(() => {
    const { state } = agentSettings(options);
    try {
      const chain = closing(openStateDirectory(state), (fd) => verifyChain(fd, loadCursor(fd).last));
      const { records, first, last } = chain;
      const text =
        records === 0 ? "there are no records" : `records ${first} to ${last} follow from each other`;
      print(options.has("json") ? `${JSON.stringify({ ok: true, ...chain })}\n` : `${text}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof BrokenChain || error instanceof OsError)) throw error;
      if (options.has("json")) print(`${JSON.stringify({ ok: false, error: error.message })}\n`);
      else printError(forStandardError(`error: ${error.message}\n`));
      return 1;
    }
  });
